// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Utf8;
import org.arrowworld.internal.given.WellFormed;

/**
 * JSON to and from plain maps, lists, strings, longs, doubles and booleans; whole numbers beyond a
 * long are read as {@link java.math.BigInteger}.
 */
public final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private Json() {}

  /** Compact JSON of a tree of maps, lists, strings, numbers, booleans and nulls. */
  public static String write(Object tree) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      write(generator, tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter does not fail
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, Object node) throws IOException {
    if (node instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName((String) entry.getKey());
        write(out, entry.getValue());
      }
      out.writeEndObject();
    } else if (node instanceof Iterable<?> list) {
      out.writeStartArray();
      for (Object element : list) {
        write(out, element);
      }
      out.writeEndArray();
    } else if (node instanceof String s) {
      out.writeString(s);
    } else if (node instanceof Boolean b) {
      out.writeBoolean(b);
    } else if (node instanceof Double d) {
      out.writeNumber(d);
    } else if (node instanceof BigInteger n) {
      out.writeNumber(n);
    } else if (node instanceof Number n) {
      out.writeNumber(n.longValue());
    } else {
      out.writeNull();
    }
  }

  /**
   * The tree of a JSON text.
   *
   * @throws IOException if it is no JSON, or nested deeper than 64
   */
  public static Object parse(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      Object tree = read(parser);
      if (parser.nextToken() != null) {
        throw new IOException("text follows the JSON value");
      }
      return tree;
    }
  }

  /**
   * The tree of a JSON text in UTF-8.
   *
   * @throws IOException as {@link #parse(String)}, or if it is not UTF-8
   */
  public static Object parse(byte[] utf8) throws IOException {
    try {
      return parse(Utf8.decode(utf8));
    } catch (CharacterCodingException e) {
      throw new IOException("it is not UTF-8", e);
    }
  }

  private static Object read(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    if (token == null) {
      throw new IOException("the JSON value is missing");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> map = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
          String name = text(in.currentName());
          in.nextToken();
          map.put(name, read(in));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(in));
        }
        yield list;
      }
      case VALUE_STRING -> text(in.getText());
      case VALUE_NUMBER_INT ->
          in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? (Object) in.getBigIntegerValue()
              : (Object) in.getLongValue();
      case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  /** Escapes can spell what no UTF-8 carries; nobody wrote that. */
  private static String text(String text) throws IOException {
    try {
      return WellFormed.text("read", text);
    } catch (InvalidUseException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
