// SPDX-License-Identifier: Apache-2.0
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.arrowworld.Store;

/**
 * A published store read from its folder and by address, in turns: FOLDER TICK ROUNDS. The web
 * server is in this process, on loopback. Prints a line of JSON per round.
 */
final class RemoteBench {
  private static final AtomicLong REQUESTS = new AtomicLong();
  private static final AtomicLong BYTES = new AtomicLong();

  private RemoteBench() {}

  private interface Opening {
    Store open() throws IOException;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    long tick = Long.parseLong(args[1]);
    HttpServer server = server(folder);
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    for (int round = 0; round < Integer.parseInt(args[2]); round++) {
      String local = measured("local", () -> Store.open(folder), tick);
      String remote = measured("remote", () -> Store.open(address), tick);
      System.out.println("{" + local + "," + remote + "}");
    }
    server.stop(0);
    System.exit(0);
  }

  private static String measured(String name, Opening opening, long tick) throws IOException {
    REQUESTS.set(0);
    BYTES.set(0);
    long start = System.nanoTime();
    try (Store store = opening.open()) {
      long opened = System.nanoTime();
      store.at(tick).close();
      long read = System.nanoTime();
      long requests = REQUESTS.get();
      long bytes = BYTES.get();
      return String.format(
          Locale.ROOT,
          "\"%s\":{\"open\":%.6f,\"at\":%.6f,\"requests\":%d,\"bytes\":%d,\"hash\":\"%s\"}",
          name,
          (opened - start) / 1e9,
          (read - opened) / 1e9,
          requests,
          bytes,
          store.hashWorld(tick));
    }
  }

  private static HttpServer server(Path folder) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext(
        "/",
        exchange -> {
          String[] span =
              exchange
                  .getRequestHeaders()
                  .getFirst("Range")
                  .substring("bytes=".length())
                  .split("-");
          long from = Long.parseLong(span[0]);
          Path file = folder.resolve(exchange.getRequestURI().getPath().substring(1));
          try (exchange;
              FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            long to = Math.min(size, Long.parseLong(span[1]) + 1);
            ByteBuffer body = ByteBuffer.allocate((int) (to - from));
            while (body.hasRemaining() && channel.read(body, from + body.position()) >= 0) {}
            exchange
                .getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + size);
            exchange.sendResponseHeaders(206, body.capacity());
            exchange.getResponseBody().write(body.array());
            REQUESTS.incrementAndGet();
            BYTES.addAndGet(body.capacity());
          }
        });
    server.start();
    return server;
  }
}
