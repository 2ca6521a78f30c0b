// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code aw view} and {@code aw serve}. */
class ServingVerbsTest {
  @TempDir Path folder;

  private static String get(String address, String token) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(address).toURL().openConnection();
      connection.setRequestProperty("Authorization", "Bearer " + token);
      return connection.getResponseCode()
          + " "
          + new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void view_prints_the_address_where_it_opens_no_browser() throws IOException {
    Path store = Stores.sealed(folder.resolve("s"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> replies = new ArrayList<>();
    Console.Pause ask =
        () -> {
          String[] parts = out.toString(StandardCharsets.UTF_8).trim().split("/open\\?token=");
          replies.add(get(parts[0] + "/api/runs", parts[1]));
          return false;
        };
    Aw view = Aw.run(out, ask, "view", store, "--no-browser", "--port", 0);
    assertThat(view.exit()).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .matches("http://127\\.0\\.0\\.1:\\d+/open\\?token=[\\w-]{32}\n");
    assertThat(replies)
        .containsExactly("200 {\"runs\":[{\"name\":\"s\",\"state\":\"sound\",\"last_tick\":4}]}");
    assertThat(view.err())
        .isEqualTo("aw: open this address in a browser; Ctrl-C ends the serving\n");
  }

  @Test
  void serve_keeps_the_token_to_a_file_that_only_the_user_reads() throws IOException {
    Path store = Stores.sealed(folder.resolve("s"));
    Path token = folder.resolve("token");
    Aw serve = Aw.run(() -> false, "serve", store, "--port", 0, "--token-file", token);
    assertThat(serve.exit()).isZero();
    assertThat(serve.out()).matches("http://127\\.0\\.0\\.1:\\d+\n");
    assertThat(Files.readString(token, StandardCharsets.UTF_8)).matches("[\\w-]{32}\n");
    assertThat(Files.getPosixFilePermissions(token))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void off_this_machine_it_asks_for_https() throws IOException {
    Path store = Stores.sealed(folder.resolve("s"));
    Aw bare = Aw.run("serve", store, "--port", 0, "--bind", "0.0.0.0");
    assertThat(bare.exit()).isEqualTo(2);
    assertThat(bare.err())
        .isEqualTo(
            "aw: Cannot serve the runs: expected --tls with --bind 0.0.0.0: off this machine the token and the runs would be readable on the way; --insecure serves so all the same\n");
    Aw told = Aw.run(() -> false, "serve", store, "--port", 0, "--bind", "0.0.0.0", "--insecure");
    assertThat(told.exit()).isZero();
    Aw half = Aw.run("serve", store, "--tls", "k.p12");
    assertThat(half.err())
        .isEqualTo(
            "aw: Cannot serve the runs: expected --tls and --tls-password-file together, found one of them\n");
  }

  @Test
  void where_there_is_no_store_nothing_is_served() {
    Aw missing = Aw.run("view", folder, "--port", 0);
    assertThat(missing.exit()).isEqualTo(1);
    assertThat(missing.err())
        .startsWith("aw: Cannot open a store in " + folder + ", or up to 2 folders below it: ");
  }
}
