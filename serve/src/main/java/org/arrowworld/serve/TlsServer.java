// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/** A server that speaks HTTPS with the key of a PKCS #12 file. */
final class TlsServer {
  private TlsServer() {}

  static HttpsServer create(InetSocketAddress at, int backlog, ServeOptions.Tls tls)
      throws IOException {
    SSLContext context = context(tls);
    HttpsServer server = HttpsServer.create(at, backlog);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return server;
  }

  private static SSLContext context(ServeOptions.Tls tls) throws IOException {
    List<String> lines = Files.readAllLines(tls.passwordFile(), StandardCharsets.UTF_8);
    char[] password = lines.isEmpty() ? new char[0] : lines.get(0).toCharArray();
    try (InputStream in = Files.newInputStream(tls.keyStore())) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, password);
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidUseException(
          Text.of(
              "Cannot use the key store %s with the password in %s: %s; make one with keytool -genkeypair -storetype PKCS12",
              tls.keyStore(), tls.passwordFile(), e.getMessage()),
          e);
    }
  }
}
