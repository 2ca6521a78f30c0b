// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.util.ArrayList;
import java.util.List;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;

/** Takes a column away with its values. */
final class DropColumn extends Step {
  private final String column;

  DropColumn(String table, String column) {
    super(table);
    this.column = column;
  }

  @Override
  String describe() {
    return Text.of("drop column '%s.%s'", table(), column);
  }

  @Override
  List<Column> columns(List<Column> before) {
    List<Column> changed = new ArrayList<>(before);
    changed.remove(place(before, column));
    return changed;
  }

  @Override
  void apply(TableData data, List<Column> before) {
    data.remove(column);
  }
}
