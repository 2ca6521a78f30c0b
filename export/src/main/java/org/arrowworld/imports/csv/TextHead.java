// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.arrowworld.internal.Text;

/**
 * What the beginning of a text tells of its table.
 *
 * @param separator what separates fields: a character, {@code tab} or {@code blanks}
 * @param fields the fields of the first line that is no comment
 */
public record TextHead(String separator, List<String> fields) {
  private static final int MOST_FIELDS = 1000;

  /** Empty if the bytes, which may end anywhere, are no text. */
  public static Optional<TextHead> of(byte[] head) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    CharBuffer chars = CharBuffer.allocate(head.length);
    if (decoder.decode(ByteBuffer.wrap(head), chars, false).isError()) {
      return Optional.empty();
    }
    String text = chars.flip().toString();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f') {
        return Optional.empty();
      }
    }
    String first =
        text.lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("%"))
            .findFirst()
            .orElse("");
    if (first.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = (first + "\n").getBytes(StandardCharsets.UTF_8);
    char separator = (char) Delimiters.find(bytes, 0, bytes.length);
    if (first.indexOf(separator) < 0 && first.strip().split("\\s+", -1).length > 2) {
      return Optional.of(new TextHead("blanks", few(first.strip().split("\\s+", -1))));
    }
    String[] fields = first.split(java.util.regex.Pattern.quote(String.valueOf(separator)), -1);
    return Optional.of(
        new TextHead(separator == '\t' ? "tab" : String.valueOf(separator), few(fields)));
  }

  private static List<String> few(String[] fields) {
    List<String> names = new ArrayList<>();
    for (String field : fields) {
      if (names.size() == MOST_FIELDS) {
        names.add(Text.of("and %d more", fields.length - MOST_FIELDS));
        break;
      }
      names.add(field.strip().replaceAll("^\"|\"$", ""));
    }
    return names;
  }
}
