// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the nodes and buffers of one batch body lie. Offsets are relative to the body and aligned
 * as told; a zero-length buffer takes no room.
 */
public final class BodyLayout {
  private final int alignmentBytes;
  private final long rows;
  private long[] nodes = new long[16];
  private long[] buffers = new long[32];
  private int nodeCount;
  private int bufferCount;
  private long lengthBytes;
  private BodyCodec codec = BodyCodec.NONE;

  public BodyLayout(long rows, int alignmentBytes) {
    this.rows = rows;
    this.alignmentBytes = alignmentBytes;
  }

  /** Adds a column's node. */
  public BodyLayout node(long length, long nullCount) {
    if (2 * nodeCount == nodes.length) {
      nodes = Arrays.copyOf(nodes, nodes.length * 2);
    }
    nodes[2 * nodeCount] = length;
    nodes[2 * nodeCount++ + 1] = nullCount;
    return this;
  }

  /** Adds a buffer and returns its offset in the body. */
  public long buffer(long length) {
    if (2 * bufferCount == buffers.length) {
      buffers = Arrays.copyOf(buffers, buffers.length * 2);
    }
    long offset = lengthBytes;
    buffers[2 * bufferCount] = offset;
    buffers[2 * bufferCount++ + 1] = length;
    lengthBytes = align(offset + length, alignmentBytes);
    return offset;
  }

  /**
   * A column without nulls: a node, an absent validity buffer, its data; returns the data's offset.
   */
  public long column(long length, int widthBytes) {
    node(length, 0);
    buffer(0);
    return buffer(length * widthBytes);
  }

  /** The layout of this body's columns as they are stored. */
  BodyLayout stored(BodyCodec storedCodec, List<ByteBuffer> stored) {
    BodyLayout layout = new BodyLayout(rows, alignmentBytes);
    layout.codec = storedCodec;
    for (int i = 0; i < nodeCount; i++) {
      layout.node(nodeLength(i), nodeNulls(i));
    }
    stored.forEach(buffer -> layout.buffer(buffer.remaining()));
    return layout;
  }

  /** The slices of a plain body that are its buffers. */
  public List<ByteBuffer> buffers(ByteBuffer body) {
    List<ByteBuffer> buffers = new ArrayList<>(bufferCount);
    for (int i = 0; i < bufferCount; i++) {
      buffers.add(body.slice((int) bufferOffset(i), (int) bufferLength(i)));
    }
    return buffers;
  }

  BodyCodec codec() {
    return codec;
  }

  public long rows() {
    return rows;
  }

  /** Length of the padded body. */
  public long lengthBytes() {
    return lengthBytes;
  }

  public int bufferCount() {
    return bufferCount;
  }

  public long bufferOffset(int index) {
    return buffers[2 * index];
  }

  public long bufferLength(int index) {
    return buffers[2 * index + 1];
  }

  /** Zeroes the bytes of a body that belong to no buffer. */
  public void zeroPadding(ByteBuffer body) {
    for (int i = 0; i < bufferCount; i++) {
      int end = (int) (bufferOffset(i) + bufferLength(i));
      int next = (int) (i + 1 < bufferCount ? bufferOffset(i + 1) : lengthBytes);
      for (int at = end; at < next; at++) {
        body.put(at, (byte) 0);
      }
    }
  }

  int nodeCount() {
    return nodeCount;
  }

  long nodeLength(int index) {
    return nodes[2 * index];
  }

  long nodeNulls(int index) {
    return nodes[2 * index + 1];
  }

  /** The least multiple of a power of two that is not below the value. */
  public static long align(long value, int alignment) {
    return (value + alignment - 1) & -alignment;
  }
}
