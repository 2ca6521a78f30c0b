// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A reply that is taken slowly: the server has to wait for whoever reads it. */
final class Stream implements Closeable {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

  private final Socket socket = new Socket();
  private final InputStream in;
  private final String head;
  private boolean whole;

  /** Asks, and takes the head of the reply. */
  Stream(ViewServer server, String path) throws IOException {
    socket.setReceiveBufferSize(4096);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.address().getPort()));
    in = new BufferedInputStream(socket.getInputStream());
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: "
            + server.address().getAuthority()
            + "\r\nAuthorization: Bearer "
            + server.token()
            + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    StringBuilder lines = new StringBuilder();
    String line = line();
    while (!line.isEmpty()) {
      lines.append(line).append('\n');
      line = line();
    }
    head = lines.toString();
  }

  String head() {
    return head;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    while (next != '\n') {
      if (next < 0) {
        throw new EOFException("the connection ended in a line: " + line);
      }
      line.append((char) next);
      next = in.read();
    }
    return line.toString().stripTrailing();
  }

  /** The body, as far as it comes: its chunks put together. */
  byte[] rest() throws IOException {
    Matcher known = LENGTH.matcher(head);
    if (known.find()) {
      return rest(Integer.parseInt(known.group(1)));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      int length = Integer.parseInt(line(), 16);
      while (length > 0) {
        byte[] chunk = in.readNBytes(length);
        body.write(chunk);
        if (chunk.length < length) {
          return body.toByteArray();
        }
        line();
        length = Integer.parseInt(line(), 16);
      }
      whole = true;
    } catch (IOException e) {
      whole = false; // it was cut
    }
    return body.toByteArray();
  }

  private byte[] rest(int length) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] piece = new byte[4096];
    try {
      int count = in.read(piece, 0, Math.min(piece.length, length));
      while (count > 0) {
        body.write(piece, 0, count);
        count = in.read(piece, 0, Math.min(piece.length, length - body.size()));
      }
    } catch (IOException e) {
      body.flush(); // it was cut
    }
    whole = body.size() == length;
    return body.toByteArray();
  }

  /** Whether the body came to its end. */
  boolean isWhole() {
    return whole;
  }

  /** Ends it as a client that was killed does. */
  void kill() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
