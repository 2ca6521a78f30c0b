// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.FaultPlan;
import org.arrowworld.storage.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NpzWriterTest {
  private static final long[] THREE = {3};

  @ParameterizedTest
  @EnumSource(Compression.class)
  void The_jdk_reads_every_entry_as_the_npy_file_numpy_would_save(
      Compression compression, @TempDir Path folder) throws IOException {
    DiskStorage disk = new DiskStorage(folder);
    try (NpzWriter writer = NpzWriter.create(disk, "w.npz", compression)) {
      writer.add("a", NpyType.I32, THREE, ByteBuffer.wrap(new byte[12]));
      writer.add(
          "b/ü",
          NpyType.U8,
          new long[] {1500},
          ByteBuffer.allocate(1000),
          ByteBuffer.allocate(500));
      writer.commit();
    }
    NpyFiles.write(disk, "a.npy", NpyType.I32, THREE, ByteBuffer.allocate(12));
    try (ZipFile zip = new ZipFile(folder.resolve("w.npz").toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName)).containsExactly("a.npy", "b/ü.npy");
      assertThat(zip.getInputStream(zip.getEntry("a.npy")).readAllBytes())
          .isEqualTo(Files.readAllBytes(folder.resolve("a.npy")));
      assertThat(zip.getInputStream(zip.getEntry("b/ü.npy")).readAllBytes()).hasSize(128 + 1500);
    }
    assertThat(disk.exists("w.npz.tmp")).isFalse();
  }

  @Test
  void An_archive_without_arrays_is_a_zip_without_entries() throws IOException {
    MemoryStorage memory = new MemoryStorage();
    try (NpzWriter writer = NpzWriter.create(memory, "w.npz", Compression.STORED)) {
      writer.commit();
    }
    assertThat(entries(memory.bytes("w.npz"))).isEmpty();
  }

  @Test
  void Closing_without_commit_leaves_the_earlier_file_and_nothing_else() throws IOException {
    MemoryStorage memory = new MemoryStorage();
    memory.put("w.npz", new byte[] {1, 2, 3});
    try (NpzWriter writer = NpzWriter.create(memory, "w.npz", Compression.DEFLATED)) {
      writer.add("a", NpyType.I32, THREE, ByteBuffer.allocate(12));
    }
    assertThat(memory.list("")).containsExactly("w.npz");
    assertThat(memory.bytes("w.npz")).containsExactly(1, 2, 3);
  }

  @Test
  void A_fault_at_any_operation_leaves_the_earlier_file_or_the_complete_new_one()
      throws IOException {
    byte[] old = {1, 2, 3};
    byte[] complete = null;
    boolean finished = false;
    for (int at = 0; !finished; at++) {
      for (FaultPlan.Fault fault : FaultPlan.Fault.values()) {
        MemoryStorage memory = new MemoryStorage();
        memory.put("w.npz", old);
        memory.plan(FaultPlan.once(at, fault));
        boolean failed = false;
        try (NpzWriter writer = NpzWriter.create(memory, "w.npz", Compression.STORED)) {
          writer.add("a", NpyType.I32, THREE, ByteBuffer.allocate(12));
          writer.commit();
        } catch (IOException e) {
          failed = true;
        }
        if (fault == FaultPlan.Fault.NONE) {
          complete = memory.bytes("w.npz");
          finished = memory.operations() <= at;
          continue;
        }
        for (MemoryStorage.CrashKind kind : MemoryStorage.CrashKind.values()) {
          byte[] left = memory.afterCrash(kind).bytes("w.npz");
          assertThat(left).as("%s at %d, %s", fault, at, kind).isIn(old, complete);
          assertThat(failed || java.util.Arrays.equals(left, complete)).isTrue();
        }
      }
    }
  }

  @Test
  void A_writer_that_failed_once_accepts_nothing_more() throws IOException {
    MemoryStorage memory = new MemoryStorage();
    try (NpzWriter writer = NpzWriter.create(memory, "w.npz", Compression.STORED)) {
      memory.plan(FaultPlan.once(0, FaultPlan.Fault.SHORT));
      assertThatThrownBy(() -> writer.add("a", NpyType.I32, THREE, ByteBuffer.allocate(12)))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(writer::commit)
          .isInstanceOf(InvalidUseException.class)
          .hasMessage(
              "Cannot commit: writer of w.npz: an earlier write failed; close it and write the file"
                  + " again");
    }
    assertThat(memory.list("")).isEmpty();
  }

  @Test
  void Misuse_is_refused_by_name_and_leaves_the_archive_as_it_was() throws IOException {
    MemoryStorage memory = new MemoryStorage();
    try (NpzWriter writer = NpzWriter.create(memory, "w.npz", Compression.STORED)) {
      writer.add("a", NpyType.I32, THREE, ByteBuffer.allocate(12));
      refused(
          () -> writer.add("a", NpyType.I32, THREE, ByteBuffer.allocate(12)),
          "Cannot add array a to w.npz: it has an array of that name");
      refused(
          () -> writer.add("b", NpyType.I32, THREE, ByteBuffer.allocate(11)),
          "Cannot add array b to w.npz: shape (3,) of <i4 needs 12 bytes, 11 were given");
      refused(
          () -> writer.add("b", NpyType.I32, new long[] {-3}, ByteBuffer.allocate(12)),
          "Cannot add array b to w.npz: shape (-3,) has a negative dimension");
      refused(
          () -> writer.add("b", NpyType.F64, new long[] {1L << 61}, ByteBuffer.allocate(12)),
          "Cannot add array b to w.npz: shape (2305843009213693952,) of <f8 overflows 64 bits");
      refused(
          () -> writer.add("b", NpyType.BOOL, THREE, ByteBuffer.wrap(new byte[] {0, 1, 2})),
          "Cannot add array b to w.npz: element 2 of a bool array is neither 0 nor 1");
      refused(
          () -> writer.add("../b", NpyType.I32, THREE, ByteBuffer.allocate(12)),
          "Cannot add array ../b to w.npz: the name is not allowed, it has an empty, '.' or '..'"
              + " part");
      refused(
          () -> writer.add("", NpyType.I32, THREE, ByteBuffer.allocate(12)),
          "Cannot add array  to w.npz: the name is not allowed, it is empty");
      writer.commit();
      refused(
          () -> writer.add("c", NpyType.I32, THREE, ByteBuffer.allocate(12)),
          "Cannot add array c: writer of w.npz: it is committed");
    }
    assertThat(entries(memory.bytes("w.npz"))).containsOnlyKeys("a.npy");
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InvalidUseException.class).hasMessage(message);
  }

  private static Map<String, byte[]> entries(byte[] zip) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        entries.put(e.getName(), in.readAllBytes());
      }
    }
    return entries;
  }
}
