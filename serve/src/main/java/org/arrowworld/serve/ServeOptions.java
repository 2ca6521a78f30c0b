// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.arrowworld.internal.given.Given;

/**
 * What to serve, where, and how much at a time.
 *
 * @param roots stores, or directories of stores
 * @param bind the address to listen at; loopback unless the caller says otherwise
 * @param port the port, 0 for any free one; if empty {@link #USUAL_PORT}, or any free one where
 *     that is taken
 * @param tls the key for HTTPS, if it is to be HTTPS
 * @param limits how much at a time
 */
public record ServeOptions(
    List<Path> roots, InetAddress bind, OptionalInt port, Optional<Tls> tls, Limits limits) {
  /** The port where none is asked for, so that an address that was shared stays good. */
  public static final int USUAL_PORT = 8421;

  /**
   * A key store with the server's certificate.
   *
   * @param keyStore a PKCS #12 file
   * @param passwordFile a file whose first line is its password
   */
  public record Tls(Path keyStore, Path passwordFile) {}

  /**
   * How much at a time.
   *
   * @param scans requests that read a store at the same time; more of them wait
   * @param clients requests that are answered at the same time; more of them wait
   * @param listeners clients that follow a running store
   * @param patienceMillis how long a request may take to come, header and body, and wait for its
   *     turn, and how long a client may take nothing of what is sent; then it is dropped
   * @param keyframeBytes memory for worlds kept to go back to, of all runs together
   */
  public record Limits(
      int scans, int clients, int listeners, long patienceMillis, long keyframeBytes) {
    /** What suits one person or a few, and their notebooks. */
    public static final Limits STANDARD =
        new Limits(
            Math.max(4, Runtime.getRuntime().availableProcessors()), 48, 24, 20_000, 256L << 20);
  }

  /** Refuses null. */
  public ServeOptions {
    roots = List.copyOf(Given.required("serve", "list of stores", roots));
    Given.required("serve", "address to bind", bind);
  }

  /** Serves stores, or directories of stores, to this machine alone. */
  public static ServeOptions of(Path... roots) {
    return new ServeOptions(
        List.of(roots),
        InetAddress.getLoopbackAddress(),
        OptionalInt.empty(),
        Optional.empty(),
        Limits.STANDARD);
  }

  /** These options at another port, 0 for any free one. */
  public ServeOptions withPort(int newPort) {
    return new ServeOptions(roots, bind, OptionalInt.of(newPort), tls, limits);
  }

  /** These options at another address. */
  public ServeOptions withBind(InetAddress newBind) {
    return new ServeOptions(roots, newBind, port, tls, limits);
  }

  /** These options over HTTPS. */
  public ServeOptions withTls(Tls newTls) {
    return new ServeOptions(roots, bind, port, Optional.of(newTls), limits);
  }

  /** These options with other limits. */
  public ServeOptions withLimits(Limits newLimits) {
    return new ServeOptions(roots, bind, port, tls, newLimits);
  }
}
