// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

import java.io.IOException;
import java.util.function.Function;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;

/**
 * The shape solver loops call: {@code (time, state)} after each step. One thread at a time.
 *
 * @param <S> the solver's state
 */
@FunctionalInterface
public interface FieldCallback<S> {
  /** Looks at the state at a time, and appends a snapshot if one is due. */
  void accept(double time, S state) throws IOException;

  /** Appends a snapshot at every call. */
  static <S> FieldCallback<S> of(FieldSnapshotWriter writer, Function<S, FieldSnapshot> view) {
    return (time, state) -> writer.append(time, view.apply(state));
  }

  /**
   * Appends a snapshot at the first call, and then at the first call at or after each multiple of
   * the interval since. The k-th is due at {@code start + k * interval}, one product and no sum of
   * steps, so rounding does not drift; a call a millionth of the interval early is in time.
   *
   * @param interval in the time's units, finite and positive
   */
  static <S> FieldCallback<S> every(
      double interval, FieldSnapshotWriter writer, Function<S, FieldSnapshot> view) {
    if (!(interval > 0) || Double.isInfinite(interval)) {
      throw new InvalidUseException(
          Text.of(
              "Cannot take snapshots every %s: the interval must be finite and positive",
              interval));
    }
    return new FieldCallback<>() {
      private double start = Double.NaN;
      private double done;

      @Override
      public void accept(double time, S state) throws IOException {
        if (Double.isNaN(start)) {
          writer.append(time, view.apply(state));
          start = time;
          return;
        }
        double intervals = Math.floor((time - start) / interval + 1e-6);
        if (intervals > done) {
          writer.append(time, view.apply(state));
          done = intervals;
        }
      }
    };
  }
}
