// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.arrowworld.internal.Text;
import org.arrowworld.serve.ServeOptions;
import org.arrowworld.serve.ViewServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code aw serve}. */
@Command(
    name = "serve",
    description = {
      "Serve runs over HTTP: exact Arrow for programs, and the page of aw view. It only reads.",
      "It prints the address with its token, which gives access: keep it to yourself. Programs",
      "send it as 'Authorization: Bearer TOKEN'.",
      "",
      "It listens on this machine alone unless --bind names an address. Then it needs --tls, or",
      "--insecure if something else keeps the connection private."
    })
final class ServeVerb extends ServingVerb {
  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description = "The address to listen at, 0.0.0.0 for all; default this machine alone.")
  private String bind;

  @Option(
      names = "--tls",
      paramLabel = "KEYSTORE.p12",
      description = "Speak HTTPS with the certificate in this PKCS #12 file.")
  private Path tls;

  @Option(
      names = "--tls-password-file",
      paramLabel = "FILE",
      description = "A file whose first line is the key store's password.")
  private Path passwordFile;

  @Option(
      names = "--insecure",
      description = "Off this machine without HTTPS: whoever sees the network can read the runs.")
  private boolean insecure;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Write the token to this new file, for you alone, instead of printing it.")
  private Path tokenFile;

  @Override
  String purpose() {
    return "serve the runs";
  }

  @Override
  int execute() throws IOException {
    ServeOptions options = options();
    if ((tls == null) != (passwordFile == null)) {
      throw new UsageException(
          "expected --tls and --tls-password-file together, found one of them");
    }
    if (bind != null) {
      options = options.withBind(address());
    }
    if (tls != null) {
      options = options.withTls(new ServeOptions.Tls(tls, passwordFile));
    }
    if (!options.bind().isLoopbackAddress() && tls == null && !insecure) {
      throw new UsageException(
          Text.of(
              "expected --tls with --bind %s: off this machine the token and the runs would be readable on the way; --insecure serves so all the same",
              bind));
    }
    return serve(options, this::tell);
  }

  private InetAddress address() {
    try {
      return InetAddress.getByName(bind);
    } catch (UnknownHostException e) {
      throw new UsageException(
          Text.of("expected an address of this machine at --bind, found '%s'", bind));
    }
  }

  private void tell(ViewServer server) throws IOException {
    if (tokenFile == null) {
      console().out().print(server.openAddress() + "\n");
    } else {
      writeToken(server.token());
      console().out().print(server.address() + "\n");
    }
    console().note("serving; Ctrl-C ends it");
  }

  private void writeToken(String token) throws IOException {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          tokenFile,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(tokenFile);
    }
    Files.writeString(tokenFile, token + "\n", StandardCharsets.UTF_8);
  }
}
