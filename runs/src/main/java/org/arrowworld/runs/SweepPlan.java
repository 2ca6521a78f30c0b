// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;

/**
 * Which runs there are to be: one for each of these parameters. Values are Long, Integer, Double,
 * Float, Boolean or String.
 *
 * <pre>{@code
 * SweepPlan plan = SweepPlan.grid().vary("rate", 0.5, 1.0).vary("seed", SweepPlan.range(1, 100));
 * }</pre>
 */
public final class SweepPlan {
  private static final int MOST_RUNS = 1_000_000;

  private final List<Parameters> runs;

  private SweepPlan(List<Parameters> runs) {
    this.runs = List.copyOf(runs);
  }

  /** One run without parameters, to be varied. */
  public static SweepPlan grid() {
    return new SweepPlan(List.of(Parameters.NONE));
  }

  /**
   * A run for each of these parameters, in their order.
   *
   * @throws InvalidUseException if a parameter cannot be one, or two runs have the same
   */
  public static SweepPlan list(List<? extends Map<String, ?>> runs) {
    return checked(
        Given.required("plan a sweep", "list", runs).stream().map(Parameters::of).toList());
  }

  /**
   * The whole numbers from the first to the last, both included.
   *
   * @throws InvalidUseException if they are more than a plan has runs
   */
  public static List<Long> range(long first, long last) {
    if (last >= first && Long.compareUnsigned(last - first, MOST_RUNS) >= 0) {
      throw tooMany();
    }
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  /** As {@link #vary(String, List)}. */
  public SweepPlan vary(String name, Object... values) {
    return vary(name, List.of(values));
  }

  /** This plan with each run once for each value; what is varied last changes fastest. */
  public SweepPlan vary(String name, List<?> values) {
    if ((long) runs.size() * values.size() > MOST_RUNS) {
      throw tooMany();
    }
    List<Parameters> all = new ArrayList<>();
    for (Parameters run : runs) {
      for (Object value : values) {
        Map<String, Object> more = new LinkedHashMap<>();
        run.names().forEach(each -> more.put(each, run.get(each)));
        if (more.put(name, value) != null) {
          throw new InvalidUseException(Text.of("Cannot vary '%s' twice", name));
        }
        all.add(Parameters.of(more));
      }
    }
    return checked(all);
  }

  private static InvalidUseException tooMany() {
    return new InvalidUseException(
        Text.of("Cannot plan more than %,d runs: make several sweeps", MOST_RUNS));
  }

  private static SweepPlan checked(List<Parameters> runs) {
    Set<Map<String, Object>> known = new HashSet<>();
    for (Parameters run : runs) {
      if (!known.add(run.senses())) {
        throw new InvalidUseException(
            Text.of(
                "Cannot plan two runs with the parameters %s: they would be the same; tell them apart by a parameter such as seed",
                run));
      }
    }
    return new SweepPlan(runs);
  }

  /** The parameters of each run. */
  public List<Parameters> runs() {
    return runs;
  }
}
