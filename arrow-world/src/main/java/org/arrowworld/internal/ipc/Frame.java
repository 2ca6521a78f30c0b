// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Digits;
import org.arrowworld.internal.Text;

/**
 * One encapsulated message in memory: prefix, metadata, padding and room for the body.
 *
 * <p>The caller fills {@link #body()}, then may {@link #seal} a checksum into the metadata.
 */
public final class Frame {
  /** {@code FF FF FF FF} and the metadata length. */
  public static final int PREFIX_BYTES = 8;

  private static final int CONTINUATION = 0xFFFF_FFFF;

  private final ByteBuffer bytes;
  private final int bodyAt;
  private final int crcAt;

  private Frame(ByteBuffer bytes, int bodyAt, int crcAt) {
    this.bytes = bytes;
    this.bodyAt = bodyAt;
    this.crcAt = crcAt;
  }

  /**
   * Lays a message out so that its body starts aligned in the file.
   *
   * @param metadata the flatbuffer
   * @param bodyBytes length of the padded body to leave room for
   * @param fileOffset where the message will stand
   * @param alignmentBytes 8 or a larger power of two
   */
  public static Frame of(
      IpcEncoder.Metadata metadata, int bodyBytes, long fileOffset, int alignmentBytes) {
    return of(metadata, bodyBytes, fileOffset, alignmentBytes, new Scratch());
  }

  /**
   * As {@link #of(IpcEncoder.Metadata, int, long, int)}, in memory that is used again: the frame is
   * valid until the scratch's next use, and its body holds old bytes until filled.
   */
  public static Frame of(
      IpcEncoder.Metadata metadata,
      int bodyBytes,
      long fileOffset,
      int alignmentBytes,
      Scratch scratch) {
    int metadataBytes = metadata.bytes().remaining();
    long bodyOffset = BodyLayout.align(fileOffset + PREFIX_BYTES + metadataBytes, alignmentBytes);
    int bodyAt = (int) (bodyOffset - fileOffset);
    checkWritable("message", bodyAt - PREFIX_BYTES);
    ByteBuffer bytes = scratch.take(bodyAt + bodyBytes);
    for (int at = PREFIX_BYTES + metadataBytes; at < bodyAt; at++) {
      bytes.put(at, (byte) 0);
    }
    bytes.putInt(0, CONTINUATION).putInt(4, bodyAt - PREFIX_BYTES);
    bytes.put(PREFIX_BYTES, metadata.bytes(), metadata.bytes().position(), metadataBytes);
    return new Frame(bytes, bodyAt, metadata.crcAt() < 0 ? -1 : PREFIX_BYTES + metadata.crcAt());
  }

  /** Refuses to write what no reader takes. */
  static void checkWritable(String what, int metadataBytes) {
    if (metadataBytes > IpcMessage.MAX_METADATA_BYTES) {
      throw new InvalidUseException(
          Text.of(
              "Cannot write a %s of %d metadata bytes: at most %d are read; use fewer or shorter names",
              what, metadataBytes, IpcMessage.MAX_METADATA_BYTES));
    }
  }

  /** The body, little-endian; padding is the caller's to zero. */
  public ByteBuffer body() {
    return bytes.slice(bodyAt, bytes.capacity() - bodyAt).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Bytes before the body: what a footer block calls the metadata length. */
  public int metadataBytes() {
    return bodyAt;
  }

  /** Adds the frame to a running checksum, writes the result into its open digits. */
  public int seal(CRC32 crc) {
    crc.update(all());
    int value = (int) crc.getValue();
    byte[] digits = Digits.hex8(value).getBytes(StandardCharsets.US_ASCII);
    bytes.put(crcAt, digits);
    return value;
  }

  /** Every byte of the message. */
  public ByteBuffer all() {
    return bytes.duplicate().clear();
  }

  public int lengthBytes() {
    return bytes.capacity();
  }
}
