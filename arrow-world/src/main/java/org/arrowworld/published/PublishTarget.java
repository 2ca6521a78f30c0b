// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.arrowworld.storage.ReadableFile;

/** A place that a store is published to. Nothing that is there is ever written over. One thread. */
public interface PublishTarget extends Closeable {

  /** The names of all that is there, empty folders and unfinished files too. */
  List<String> names() throws IOException;

  /** What is there under a name, read through. */
  FileList.Entry read(String name) throws IOException;

  /**
   * Puts a file there, whole or not at all.
   *
   * @throws org.arrowworld.errors.InvalidUseException if there is one of this name already
   */
  void put(FileList.Entry entry, ReadableFile source) throws IOException;

  /** How messages name the place. */
  String description();

  @Override
  default void close() throws IOException {}
}
