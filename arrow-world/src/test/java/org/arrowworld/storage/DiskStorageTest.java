// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.arrowworld.errors.DamagedFileException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real disk has that memory has not: directories above the root, and links. */
class DiskStorageTest {
  @TempDir Path folder;

  /** An action. */
  private interface Action {
    void run() throws IOException;
  }

  /** What an action forces, as the JVM's flight recorder sees it. */
  private List<Path> forcedBy(Action action) throws IOException {
    Path events = folder.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold();
      recording.start();
      action.run();
      recording.stop();
      recording.dump(events);
    }
    return RecordingFile.readAllEvents(events).stream()
        .filter(event -> event.getEventType().getName().equals("jdk.FileForce"))
        .map(event -> Path.of(event.getString("path")))
        .filter(path -> path.startsWith(folder))
        .toList();
  }

  private void link(String name, Path target) {
    try {
      Files.createSymbolicLink(folder.resolve(name), target);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("skipped: no links can be made here: " + e);
    }
  }

  @Test
  void a_new_root_and_the_directories_above_it_survive_a_power_loss() throws IOException {
    DiskStorage storage = new DiskStorage(folder.resolve("a/b/root"));
    assertThat(forcedBy(() -> storage.createDirectories("log/live")))
        .contains(folder, folder.resolve("a"), folder.resolve("a/b"));
    assertThat(folder.resolve("a/b/root/log/live")).isDirectory();
    assertThat(forcedBy(() -> storage.createDirectories("snapshots"))).isEmpty();
  }

  @Test
  void a_link_is_deleted_and_what_it_leads_to_stays() throws IOException {
    Path kept = Files.createDirectories(folder.resolve("kept/inner"));
    Files.writeString(kept.resolve("file"), "precious");
    Files.createDirectories(folder.resolve("store/x.tmp/real"));
    Files.writeString(folder.resolve("store/x.tmp/real/file"), "unfinished");
    link("store/directory.tmp", kept);
    link("store/file.tmp", kept.resolve("file"));
    link("store/dangling.tmp", folder.resolve("nothing"));
    link("store/x.tmp/inside", folder.resolve("kept"));
    DiskStorage storage = new DiskStorage(folder.resolve("store"));
    for (String name : storage.list("")) {
      AtomicFiles.discard(storage, name);
    }
    assertThat(storage.list("")).isEmpty();
    assertThat(kept.resolve("file")).hasContent("precious");
  }

  @Test
  void a_lock_that_is_a_link_is_refused_and_what_it_leads_to_stays() throws IOException {
    Path kept = Files.writeString(folder.resolve("kept"), "precious");
    link("LOCK", kept);
    assertThatThrownBy(() -> new DiskStorage(folder).lock("LOCK", "me"))
        .hasMessageContaining("LOCK in it is a link")
        .hasMessageContaining("delete it");
    assertThat(kept).hasContent("precious");
  }

  @Test
  @Timeout(20)
  void only_regular_files_are_opened_and_anything_else_is_refused_by_name() throws Exception {
    Files.writeString(folder.resolve("file"), "content");
    Files.createDirectories(folder.resolve("directory/inner"));
    Files.writeString(folder.resolve("directory/inner/file"), "content");
    link("link", folder.resolve("file"));
    link("dangling", folder.resolve("nothing"));
    link("behind", folder.resolve("directory"));
    DiskStorage storage = new DiskStorage(folder);
    storage.openRead("file").close();
    storage.openRead("directory/inner/file").close();
    refused(storage, "directory", "it is a directory, expected a regular file");
    refused(storage, "link", "it is a link, and links are not followed");
    refused(storage, "dangling", "it is a link, and links are not followed");
    refused(storage, "behind/inner/file", "it lies behind the link behind");
    Path fifo = folder.resolve("fifo");
    Process mkfifo = new ProcessBuilder("mkfifo", fifo.toString()).start();
    Assumptions.assumeTrue(mkfifo.waitFor() == 0, "skipped: no FIFOs can be made here");
    refused(storage, "fifo", "it is a FIFO or device, expected a regular file");
  }

  private static void refused(DiskStorage storage, String path, String why) {
    assertThatThrownBy(() -> storage.openRead(path))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("Cannot read " + path + ": " + why);
    assertThatThrownBy(() -> storage.openWrite(path))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(why);
  }
}
