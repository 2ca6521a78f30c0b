package org.arrowworld.export.rows;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The same rows, with somebody told how far they are read. */
public final class WatchedRows implements RowSource {
  private final RowSource source;
  private final Watcher watcher;

  /** Is told of every batch that was dealt with. */
  public interface Watcher {
    /** So many more rows are done. Throwing ends the export as a failure does. */
    void done(int rows) throws IOException;
  }

  /** Rows of another source. */
  public WatchedRows(RowSource source, Watcher watcher) {
    this.source = source;
    this.watcher = watcher;
  }

  @Override
  public void scan(Visitor visitor) throws IOException {
    source.scan(
        batch -> {
          visitor.visit(batch);
          watcher.done(batch.rows());
        });
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
