// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.migration;

import java.util.List;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.Column;

/** Says what a column's values are counted in, and what it is; its values stay. */
final class DescribeColumn extends Step {
  private final String column;
  private final String unit;
  private final String doc;

  /**
   * @param unit empty for none; null leaves it as it is
   * @param doc likewise
   */
  DescribeColumn(String table, String column, String unit, String doc) {
    super(table);
    this.column = column;
    this.unit = unit;
    this.doc = doc;
  }

  @Override
  String describe() {
    return Text.of("describe column '%s.%s'", table(), column);
  }

  @Override
  List<Column> columns(List<Column> before) {
    Column described = find(before, column);
    described = unit == null ? described : described.withUnit(unit);
    return replaced(before, column, doc == null ? described : described.withDoc(doc));
  }

  @Override
  void apply(TableData data, List<Column> before) {
    // nothing but words about it
  }
}
