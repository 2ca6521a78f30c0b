// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.timeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something to find in a store. Nothing is read before it is asked for, nothing is kept after it,
 * and it may be asked again. One thread, while the store is open.
 */
public final class Query<T> {

  /** Receives what is found, in its order. */
  public interface Visitor<T> {
    void visit(T found) throws IOException;
  }

  /** Receives what is found, in its order, until it has seen enough. */
  public interface Enough<T> {
    /**
     * Takes one.
     *
     * @return whether to go on
     */
    boolean visit(T found) throws IOException;
  }

  /** How to find it. */
  public interface Source<T> {
    /** Shows what is found until the visitor has seen enough. */
    void run(Enough<? super T> visitor) throws IOException;
  }

  private final Source<T> source;

  Query(Source<T> source) {
    this.source = source;
  }

  /** A query of one's own. */
  public static <T> Query<T> of(Source<T> source) {
    return new Query<>(source);
  }

  /** Shows everything that is found; memory does not grow with how much that is. */
  public void forEach(Visitor<? super T> visitor) throws IOException {
    source.run(
        found -> {
          visitor.visit(found);
          return true;
        });
  }

  /** As {@link #forEach}, until the visitor says that it has seen enough. */
  public void until(Enough<? super T> visitor) throws IOException {
    source.run(visitor);
  }

  /** Everything that is found, held in memory. */
  public List<T> toList() throws IOException {
    List<T> list = new ArrayList<>();
    forEach(list::add);
    return list;
  }

  /** The first that is found. */
  public Optional<T> first() throws IOException {
    List<T> list = new ArrayList<>(1);
    source.run(
        found -> {
          list.add(found);
          return false;
        });
    return list.stream().findFirst();
  }

  /** How many are found. */
  public long count() throws IOException {
    long[] count = {0};
    forEach(found -> count[0]++);
    return count[0];
  }
}
