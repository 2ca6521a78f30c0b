// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.util.List;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;

/** Gives a column another name; type, default, place and values stay. */
final class RenameColumn extends Step {
  private final String from;
  private final String to;

  RenameColumn(String table, String from, String to) {
    super(table);
    this.from = from;
    this.to = to;
  }

  @Override
  String describe() {
    return Text.of("rename column '%s.%s' to '%s'", table(), from, to);
  }

  @Override
  List<Column> columns(List<Column> before) {
    Column old = find(before, from);
    return replaced(before, from, old.renamed(to));
  }

  @Override
  void apply(TableData data, List<Column> before) {
    data.put(to, data.remove(from));
  }
}
