// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.arrowworld.npy.Compression;
import org.arrowworld.npy.NpyArray;
import org.arrowworld.npy.NpyFiles;
import org.arrowworld.npy.NpzReader;
import org.arrowworld.npy.NpzWriter;
import org.arrowworld.storage.DiskStorage;

/**
 * The Java side of {@code python/test_npy_parity.py}: reads what NumPy wrote and writes it again.
 */
public final class NpyParityMain {
  private NpyParityMain() {}

  /** {@code npy IN OUT}: each .npy file, and all of them as two archives; {@code npz FILE OUT}. */
  public static void main(String[] args) throws IOException {
    DiskStorage out = new DiskStorage(Path.of(args[2]));
    if (args[0].equals("npy")) {
      files(new DiskStorage(Path.of(args[1])), out);
    } else {
      Path file = Path.of(args[1]).toAbsolutePath();
      archive(new DiskStorage(file.getParent()), file.getFileName().toString(), out);
    }
  }

  private static void files(DiskStorage in, DiskStorage out) throws IOException {
    try (NpzWriter stored = NpzWriter.create(out, "stored.npz", Compression.STORED);
        NpzWriter deflated = NpzWriter.create(out, "deflated.npz", Compression.DEFLATED)) {
      for (String file : in.list("")) {
        NpyArray array = NpyFiles.read(in, file);
        ByteBuffer[] data = array.pieces().toArray(ByteBuffer[]::new);
        NpyFiles.write(out, file, array.type(), array.shape(), data);
        String name = file.substring(0, file.length() - ".npy".length());
        stored.add(name, array);
        deflated.add(name, array);
      }
      stored.commit();
      deflated.commit();
    }
  }

  private static void archive(DiskStorage in, String file, DiskStorage out) throws IOException {
    try (NpzReader reader = NpzReader.open(in, file)) {
      reader.verify();
      for (String name : reader.names()) {
        NpyArray array = reader.read(name);
        ByteBuffer[] data = array.pieces().toArray(ByteBuffer[]::new);
        NpyFiles.write(out, name + ".npy", array.type(), array.shape(), data);
      }
    }
  }
}
