// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.arrowworld.internal.json.Json;

/** A program that asks a server, with the token. */
final class Client {
  /** A table as a stock Arrow reader sees it: values of each column, over all batches. */
  record Table(Map<String, String> metadata, Map<String, List<Object>> columns, int batches) {}

  private final HttpClient http = HttpClient.newHttpClient();
  private final ViewServer server;

  Client(ViewServer server) {
    this.server = server;
  }

  private HttpResponse<byte[]> send(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.address() + path))
            .header("Authorization", "Bearer " + server.token());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<byte[]> get(String path, String... headers) {
    return send(path, headers);
  }

  @SuppressWarnings("unchecked")
  Map<String, Object> json(String path) throws IOException {
    HttpResponse<byte[]> reply = send(path);
    if (reply.statusCode() != 200) {
      throw new AssertionError(path + ": " + new String(reply.body(), StandardCharsets.UTF_8));
    }
    return (Map<String, Object>) Json.parse(reply.body());
  }

  /** Status, kind and message of a refusal. */
  @SuppressWarnings("unchecked")
  String refusal(String path, String... headers) throws IOException {
    return refusal(send(path, headers).body());
  }

  @SuppressWarnings("unchecked")
  static String refusal(byte[] body) throws IOException {
    Map<String, Object> error =
        (Map<String, Object>) ((Map<String, Object>) Json.parse(body)).get("error");
    return error.get("status") + " " + error.get("kind") + ": " + error.get("message");
  }

  /** The streams of a reply, one after the other, each read by Arrow's own reader. */
  List<Table> arrow(String path) throws IOException {
    HttpResponse<byte[]> reply = send(path);
    if (reply.statusCode() != 200) {
      throw new AssertionError(path + ": " + refusal(reply.body()));
    }
    return tables(reply.body());
  }

  /** The streams of a body. */
  static List<Table> tables(byte[] body) throws IOException {
    List<Table> tables = new ArrayList<>();
    try (InputStream in = new ByteArrayInputStream(body)) {
      while (in.available() > 0) {
        tables.add(read(in));
      }
    }
    return tables;
  }

  private static Table read(InputStream in) throws IOException {
    try (RootAllocator memory = new RootAllocator()) {
      ArrowStreamReader reader = new ArrowStreamReader(in, memory);
      try {
        Map<String, List<Object>> columns = new LinkedHashMap<>();
        Map<String, String> metadata =
            new HashMap<>(reader.getVectorSchemaRoot().getSchema().getCustomMetadata());
        int batches = 0;
        while (reader.loadNextBatch()) {
          batches++;
          for (FieldVector vector : reader.getVectorSchemaRoot().getFieldVectors()) {
            add(columns.computeIfAbsent(vector.getName(), n -> new ArrayList<>()), vector, reader);
          }
        }
        return new Table(metadata, columns, batches);
      } finally {
        reader.close(false);
      }
    }
  }

  private static void add(List<Object> values, FieldVector vector, ArrowStreamReader reader)
      throws IOException {
    if (vector.getField().getDictionary() == null) {
      for (int i = 0; i < vector.getValueCount(); i++) {
        values.add(vector.getObject(i));
      }
      return;
    }
    Dictionary dictionary =
        reader.getDictionaryVectors().get(vector.getField().getDictionary().getId());
    try (var decoded = DictionaryEncoder.decode(vector, dictionary)) {
      for (int i = 0; i < decoded.getValueCount(); i++) {
        values.add(String.valueOf(decoded.getObject(i)));
      }
    }
  }
}
