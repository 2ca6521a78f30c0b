// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;

/**
 * Serves runs over HTTP, reading only: exact Arrow for programs, and a page for people.
 *
 * <p>Only who has the {@link #token} gets data: a browser opens {@link #openAddress} once, a
 * program sends {@code Authorization: Bearer TOKEN}. Off this machine it is only as private as the
 * connection, so use HTTPS there.
 *
 * <p>Threads: the server's own; its methods may be called by any.
 */
public final class ViewServer implements Closeable {
  /** Idle threads go after this long. */
  private static final long IDLE_SECONDS = 30;

  private static final int STOP_SECONDS = 0;
  private static final int BACKLOG = 256;

  /** Connections, each of which may keep a thread waiting for a request that comes slowly. */
  private static final int MOST_CONNECTIONS = 512;

  static {
    // Read by the JDK's server when it is first used. Without the first, each reply on a kept
    // connection waits 40 ms for the network's own delays; the second drops who never ends asking.
    setUnlessSet("sun.net.httpserver.nodelay", "true");
    setUnlessSet("sun.net.httpserver.maxReqTime", "15");
    setUnlessSet("jdk.httpserver.maxConnections", Integer.toString(MOST_CONNECTIONS));
  }

  private final HttpServer server;
  private final Guard guard;
  private final ServedRuns runs;
  private final ClientWaits patience;
  private final ExecutorService threads;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final URI address;

  private ViewServer(ServeOptions options) throws IOException {
    ServeOptions.Limits limits = options.limits();
    this.runs = new ServedRuns(options.roots(), limits);
    this.server = bound(options);
    Guard.Scheme scheme = options.tls().isPresent() ? Guard.Scheme.HTTPS : Guard.Scheme.HTTP;
    InetSocketAddress at = server.getAddress();
    this.guard = new Guard(at, scheme);
    this.patience = new ClientWaits(limits.patienceMillis());
    this.threads = threads();
    this.address =
        URI.create(
            scheme.label()
                + "://"
                + (at.getAddress().isAnyLocalAddress()
                    ? "localhost"
                    : Guard.literal(at.getAddress()))
                + ":"
                + at.getPort());
    Turns listeners = new Turns(limits.listeners(), 0, "listeners");
    Turns clients = new Turns(limits.clients(), limits.patienceMillis(), "clients' requests");
    server.setExecutor(connection -> threads.execute(() -> patience.reading(connection)));
    server.createContext(
        "/", new Router(guard, runs, new Page(), patience, clients, listeners, ending));
    server.start();
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private static HttpServer bound(ServeOptions options) throws IOException {
    int port = options.port().orElse(ServeOptions.USUAL_PORT);
    try {
      return bound(options, port);
    } catch (BindException e) {
      if (options.port().isEmpty()) {
        return bound(options, 0);
      }
      throw new InvalidUseException(
          Text.of(
              "Cannot serve at %s port %d: %s; name another --port, or 0 for any free one",
              options.bind().getHostAddress(), port, e.getMessage()),
          e);
    }
  }

  private static HttpServer bound(ServeOptions options, int port) throws IOException {
    InetSocketAddress at = new InetSocketAddress(options.bind(), port);
    return options.tls().isPresent()
        ? TlsServer.create(at, BACKLOG, options.tls().get())
        : HttpServer.create(at, BACKLOG);
  }

  private static ExecutorService threads() {
    return new ThreadPoolExecutor(
        0,
        MOST_CONNECTIONS,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        work -> {
          Thread thread = new Thread(work, "aw-serve");
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Begins to serve.
   *
   * @throws org.arrowworld.errors.StoreNotFoundException if there is no store in any of the roots
   * @throws InvalidUseException if the address or port cannot be had, or the key store not be used
   */
  public static ViewServer start(ServeOptions options) throws IOException {
    return new ViewServer(Given.required("serve", "set of options", options));
  }

  /** Where it is: scheme, host and port, without the token. */
  public URI address() {
    return address;
  }

  /** What gives access. Whoever has it reads every run that is served. */
  public String token() {
    return guard.token();
  }

  /** The address for a browser's first visit. It holds the token: it must be in no log. */
  public URI openAddress() {
    return URI.create(address + "/open?token=" + token());
  }

  /** Ends what is under way, closes every connection and every store. Idempotent. */
  @Override
  public void close() throws IOException {
    ending.countDown();
    server.stop(STOP_SECONDS);
    threads.shutdown();
    runs.close();
    patience.close();
  }
}
