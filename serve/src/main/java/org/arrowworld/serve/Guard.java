// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.arrowworld.internal.Text;

/**
 * Who may ask. A random token is the only key, given once as {@code /open?token=...} and from then
 * on held as a cookie that no script and no other site can use; programs send {@code Authorization:
 * Bearer}. The Host header must be ours, so that no name of an attacker's leads here, and requests
 * that another site's page makes are refused.
 */
final class Guard {
  /** More is no address that this server gave out. */
  private static final int MOST_ADDRESS_CHARACTERS = 8192;

  private static final int TOKEN_BYTES = 24;

  private final byte[] token;
  private final String cookie;
  private final String attributes;
  private final Set<String> hosts;
  private final String scheme;

  Guard(InetSocketAddress address, Scheme scheme) {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    this.token =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(random)
            .getBytes(StandardCharsets.US_ASCII);
    this.cookie = "aw-" + address.getPort();
    this.scheme = scheme.label();
    this.attributes =
        "; Path=/; HttpOnly; SameSite=Strict" + (scheme == Scheme.HTTPS ? "; Secure" : "");
    this.hosts = hosts(address);
  }

  /** How the server is spoken to. */
  enum Scheme {
    HTTP,
    HTTPS;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static Set<String> hosts(InetSocketAddress address) {
    Set<String> names = new HashSet<>();
    InetAddress bind = address.getAddress();
    names.add(literal(bind));
    if (bind.isLoopbackAddress() || bind.isAnyLocalAddress()) {
      names.addAll(List.of("localhost", "127.0.0.1", "[::1]"));
    }
    if (!bind.isLoopbackAddress()) {
      addOwnNames(names);
    }
    Set<String> hosts = new HashSet<>();
    names.forEach(name -> hosts.add(name.toLowerCase(Locale.ROOT) + ":" + address.getPort()));
    return hosts;
  }

  private static void addOwnNames(Set<String> names) {
    try {
      for (NetworkInterface own : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        Collections.list(own.getInetAddresses()).forEach(a -> names.add(literal(a)));
      }
      names.add(InetAddress.getLocalHost().getHostName());
      names.add(InetAddress.getLocalHost().getCanonicalHostName());
    } catch (SocketException | UnknownHostException e) {
      names.add("localhost"); // the addresses found so far are all there are
    }
  }

  /** An address as it stands in a URL. */
  static String literal(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    String plain = zone < 0 ? text : text.substring(0, zone);
    return plain.contains(":") ? "[" + plain + "]" : plain;
  }

  /** The token, for the one who started the server. */
  String token() {
    return new String(token, StandardCharsets.US_ASCII);
  }

  /** Refuses what does not come from a page or program of this server's own address. */
  void checkSource(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    if (exchange.getRequestURI().toString().length() > MOST_ADDRESS_CHARACTERS) {
      throw new Problem(
          414,
          "address_too_long",
          Text.of("Cannot read an address of more than %d characters", MOST_ADDRESS_CHARACTERS));
    }
    List<String> host = headers.getOrDefault("Host", List.of());
    if (host.size() != 1 || !hosts.contains(host.get(0).toLowerCase(Locale.ROOT))) {
      throw new Problem(
          403,
          "wrong_host",
          "Cannot answer under this name: the request's Host header is none of this server's addresses");
    }
    for (String origin : headers.getOrDefault("Origin", List.of())) {
      if (!origin
          .toLowerCase(Locale.ROOT)
          .equals(scheme + "://" + host.get(0).toLowerCase(Locale.ROOT))) {
        throw foreign();
      }
    }
  }

  /** Refuses who has not the token, or asks for data from a page of another site. */
  void checkData(HttpExchange exchange) {
    String site = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw foreign();
    }
    if (!hasToken(exchange.getRequestHeaders())) {
      throw new Problem(
          401,
          "no_token",
          "Cannot answer without the token: open the address that aw printed, or send it as 'Authorization: Bearer TOKEN'");
    }
  }

  private static Problem foreign() {
    return new Problem(
        403,
        "foreign_origin",
        "Cannot answer to a page of another site: only to this server's own");
  }

  private boolean hasToken(Headers headers) {
    for (String authorization : headers.getOrDefault("Authorization", List.of())) {
      if (authorization.startsWith("Bearer ") && isToken(authorization.substring(7).trim())) {
        return true;
      }
    }
    for (String line : headers.getOrDefault("Cookie", List.of())) {
      for (String pair : line.split(";", -1)) {
        String[] parts = pair.trim().split("=", 2);
        if (parts.length == 2 && parts[0].equals(cookie) && isToken(parts[1])) {
          return true;
        }
      }
    }
    return false;
  }

  /** Compares in a time that does not tell how much of it is right. */
  boolean isToken(String given) {
    return MessageDigest.isEqual(token, given.getBytes(StandardCharsets.UTF_8));
  }

  /** The header that makes the token a cookie. */
  String setCookie() {
    return cookie + "=" + token() + attributes;
  }
}
