// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.FileList;
import org.arrowworld.published.PublishTarget;
import org.arrowworld.storage.ReadableFile;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A place in S3 that a store is published to. Objects are put there if there is none yet
 * (If-None-Match), so that of two publications that come at once one is refused; a server that does
 * not know this condition is asked first. Large files go in parts, and are there when all parts
 * are.
 */
final class S3Target implements PublishTarget {
  /** A longer file goes in parts. */
  private static final long WHOLE_BYTES = 256L << 20;

  private static final long PART_BYTES = 64L << 20;
  private static final int MOST_PARTS = 10_000;
  private static final String TYPE = "application/octet-stream";

  private final S3Place place;
  private final S3Client client;
  private final long wholeBytes;
  private final long partBytes;

  S3Target(S3Place place, S3Client client) {
    this(place, client, WHOLE_BYTES, PART_BYTES);
  }

  S3Target(S3Place place, S3Client client, long wholeBytes, long partBytes) {
    this.place = place;
    this.client = client;
    this.wholeBytes = wholeBytes;
    this.partBytes = partBytes;
  }

  @Override
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (S3Object object :
          client
              .listObjectsV2Paginator(r -> r.bucket(place.bucket()).prefix(place.folder()))
              .contents()) {
        String name = object.key().substring(place.folder().length());
        if (!name.isEmpty()) { // else what consoles make to show an empty folder
          names.add(name);
        }
      }
    } catch (SdkException e) {
      throw failed("list", "", e);
    }
    return names;
  }

  @Override
  public FileList.Entry read(String name) throws IOException {
    try {
      return client.getObject(
          r -> r.bucket(place.bucket()).key(place.key(name)), (head, body) -> entry(name, body));
    } catch (SdkException e) {
      throw failed("read", name, e);
    }
  }

  private static FileList.Entry entry(String name, InputStream body) {
    CRC32 crc = new CRC32();
    byte[] piece = new byte[1 << 16];
    long size = 0;
    try {
      for (int count; (count = body.read(piece)) >= 0; size += count) {
        crc.update(piece, 0, count);
      }
    } catch (IOException e) {
      throw RetryableException.create("the answer was cut: " + e.getMessage(), e);
    }
    return new FileList.Entry(name, size, (int) crc.getValue());
  }

  @Override
  public void put(FileList.Entry entry, ReadableFile source) throws IOException {
    try {
      send(entry, source, "*");
    } catch (S3Exception e) {
      if (e.statusCode() == 501) { // it does not know the condition
        requireNone(entry);
        sendAnyway(entry, source);
      } else if (e.statusCode() != 412) {
        throw failed("put", entry.name(), e);
      } else if (!read(entry.name()).equals(entry)) {
        throw taken(entry, e);
      } // else an attempt whose answer was lost put it there
    } catch (SdkException e) {
      throw failed("put", entry.name(), e);
    }
  }

  private void sendAnyway(FileList.Entry entry, ReadableFile source) throws IOException {
    try {
      send(entry, source, null);
    } catch (SdkException e) {
      throw failed("put", entry.name(), e);
    }
  }

  private void requireNone(FileList.Entry entry) throws IOException {
    try {
      client.headObject(r -> r.bucket(place.bucket()).key(place.key(entry.name())));
    } catch (NoSuchKeyException e) {
      return;
    } catch (SdkException e) {
      throw failed("look for", entry.name(), e);
    }
    throw taken(entry, null);
  }

  private void send(FileList.Entry entry, ReadableFile source, String unlessThere) {
    if (entry.bytes() > wholeBytes) {
      sendParts(entry, source, unlessThere);
      return;
    }
    byte[] crc = ByteBuffer.allocate(4).putInt(entry.crc32()).array();
    client.putObject(
        r ->
            r.bucket(place.bucket())
                .key(place.key(entry.name()))
                .contentType(TYPE)
                .checksumCRC32(Base64.getEncoder().encodeToString(crc))
                .ifNoneMatch(unlessThere),
        body(source, 0, entry.bytes()));
  }

  private void sendParts(FileList.Entry entry, ReadableFile source, String unlessThere) {
    String key = place.key(entry.name());
    String upload =
        client
            .createMultipartUpload(r -> r.bucket(place.bucket()).key(key).contentType(TYPE))
            .uploadId();
    try {
      long most = Math.max(partBytes, (entry.bytes() + MOST_PARTS - 1) / MOST_PARTS);
      List<CompletedPart> parts = new ArrayList<>();
      for (long from = 0; from < entry.bytes(); from += most) {
        int number = parts.size() + 1;
        long length = Math.min(most, entry.bytes() - from);
        String tag =
            client
                .uploadPart(
                    r ->
                        r.bucket(place.bucket())
                            .key(key)
                            .uploadId(upload)
                            .partNumber(number)
                            .contentLength(length),
                    body(source, from, length))
                .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
      }
      client.completeMultipartUpload(
          r ->
              r.bucket(place.bucket())
                  .key(key)
                  .uploadId(upload)
                  .ifNoneMatch(unlessThere)
                  .multipartUpload(m -> m.parts(parts)));
    } catch (RuntimeException | Error e) {
      abort(key, upload, e);
      throw e;
    }
  }

  private void abort(String key, String upload, Throwable failure) {
    try {
      client.abortMultipartUpload(r -> r.bucket(place.bucket()).key(key).uploadId(upload));
    } catch (SdkException e) {
      failure.addSuppressed(e);
    }
  }

  private static RequestBody body(ReadableFile source, long from, long length) {
    return RequestBody.fromContentProvider(
        () -> new FileStream(source, from, length), length, TYPE);
  }

  private InvalidUseException taken(FileList.Entry entry, Exception cause) {
    return new InvalidUseException(
        Text.of("Cannot publish to %s: there is a %s already", place, entry.name()), cause);
  }

  private IOException failed(String what, String name, SdkException cause) {
    String text = Text.of("Cannot %s %s%s: %s", what, place, name, S3Failures.text(cause));
    return cause instanceof AbortedException
        ? (IOException) new InterruptedIOException(text).initCause(cause)
        : new IOException(text, cause);
  }

  @Override
  public String description() {
    return place.toString();
  }

  @Override
  public void close() {
    client.close();
  }
}
