package org.arrowworld.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real disk has that memory has not: links. */
class DiskStorageTest {
  @TempDir Path folder;

  private void link(String name, Path target) {
    try {
      Files.createSymbolicLink(folder.resolve(name), target);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("skipped: no links can be made here: " + e);
    }
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
}
