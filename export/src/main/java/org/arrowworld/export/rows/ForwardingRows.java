// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows that are described as another source's, for those that change one thing about them. */
abstract class ForwardingRows implements RowSource {
  final RowSource source;

  ForwardingRows(RowSource source) {
    this.source = source;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public List<RowColumn> columns() {
    return source.columns();
  }

  @Override
  public long rows() throws IOException {
    return source.rows();
  }

  @Override
  public byte[] utf8(int column, int code) {
    return source.utf8(column, code);
  }

  @Override
  public Map<String, String> origin() throws IOException {
    return source.origin();
  }

  @Override
  public Optional<Integer> sortedBy() {
    return source.sortedBy();
  }

  @Override
  public Optional<KeyedValues> keyed() {
    return source.keyed();
  }

  @Override
  public List<List<Integer>> lookups() {
    return source.lookups();
  }
}
