// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.ecosystem.EcosystemRun;
import org.arrowworld.ecosystem.Preset;
import org.arrowworld.ecosystem.RunOptions;
import org.arrowworld.runs.Parameters;
import org.arrowworld.runs.Run;
import org.arrowworld.runs.RunState;
import org.arrowworld.runs.Sweep;
import org.arrowworld.runs.SweepOptions;
import org.arrowworld.runs.SweepPlan;
import org.arrowworld.runs.SweepReport;
import org.arrowworld.runs.SweepRun;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code aw sweep}. */
@Command(
    name = "sweep",
    description = {
      "Run the reference simulation once for each combination of parameters, each run a store in one",
      "folder. Stopped or killed anywhere, the same command goes on where each run stopped; with",
      "further values it makes the runs that are missing. aw runs shows them."
    })
final class SweepVerb extends ReadingVerb {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder of runs.")
  private Path out;

  @Option(
      names = "--vary",
      required = true,
      paramLabel = "NAME=VALUES",
      description =
          "seed or a parameter of the preset, with whole numbers A..B or values with commas between:"
              + " seed=1..100, foodPerSecond=200,250. Once for each parameter.")
  private List<String> vary = List.of();

  @Option(
      names = "--preset",
      paramLabel = "P",
      description = "The preset that gives what is not varied; default ${DEFAULT-VALUE}.")
  private String preset = "tiny";

  @Option(
      names = "--ticks",
      paramLabel = "N",
      description = "The last tick of each run; default ${DEFAULT-VALUE}.")
  private long ticks = 1000;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "Runs at the same time; default: one for each processor.")
  private int jobs = SweepOptions.DEFAULT.jobs();

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description = "MiB that a run's columns may take; default ${DEFAULT-VALUE}.")
  private long memory = SweepOptions.DEFAULT.memoryPerJobBytes() >> 20;

  @Option(names = "--retry", description = "Go on with runs that failed, too.")
  private boolean retry;

  @Mixin private RunSettings settings;

  @Override
  String purpose() {
    return "sweep";
  }

  @Override
  int execute() throws IOException {
    SweepPlan plan = plan();
    for (Parameters parameters : plan.runs()) {
      options(parameters); // refuses what no preset has before anything is made
    }
    SweepOptions options =
        new SweepOptions(
            jobs,
            Math.multiplyExact(memory, 1L << 20),
            retry ? SweepOptions.Failed.RETRY : SweepOptions.Failed.KEEP);
    Sweep sweep = new Sweep(out, plan, this::run, options);
    Interruption.install(sweep::stop);
    SweepReport report;
    try (SweepProgress progress = SweepProgress.on(console(), plan.runs().size())) {
      report = sweep.run(progress);
    }
    report(report).print(console(), format());
    report
        .stopped()
        .ifPresent(why -> console().note("stopped: " + why + "; the same command goes on"));
    return report.isDone() ? Exit.OK : Exit.FAILURE;
  }

  private Report report(SweepReport report) {
    Report shown = new Report().add("runs", report.runs().size()).add("started", report.started());
    for (RunState state : RunState.values()) {
      shown.add(state.word(), report.count(state));
    }
    for (Run run : report.runs()) {
      if (run.state() == RunState.FAILED || run.state() == RunState.DAMAGED) {
        shown.line(
            run.state().word(),
            run.name() + " " + run.parameters() + ": " + run.message().orElse(""));
      }
    }
    return shown.json("stopped", report.stopped().orElse(null)).add("folder", out.toString());
  }

  private SweepPlan plan() {
    SweepPlan plan = SweepPlan.grid().vary("preset", preset).vary("ticks", ticks);
    for (String each : vary) {
      int equals = each.indexOf('=');
      if (equals <= 0 || equals == each.length() - 1) {
        throw new UsageException(
            "expected --vary NAME=VALUES, as in seed=1..100, found '" + each + "'");
      }
      plan = plan.vary(each.substring(0, equals), values(each.substring(equals + 1)));
    }
    return plan;
  }

  private static List<?> values(String text) {
    if (text.matches("[0-9]{1,18}\\.\\.[0-9]{1,18}")) {
      TickSpan range = TickSpan.parse(text);
      return SweepPlan.range(range.first(), range.last());
    }
    List<Object> values = new ArrayList<>();
    for (String value : text.split(",", -1)) {
      values.add(Parameters.read(value));
    }
    return values;
  }

  private RunOptions options(Parameters parameters) {
    Preset varied = Preset.named(parameters.text("preset"));
    Map<String, String> texts = new LinkedHashMap<>(parameters.texts());
    texts.keySet().removeAll(List.of("preset", "ticks", "seed"));
    for (Map.Entry<String, String> each : texts.entrySet()) {
      varied = varied.with(each.getKey(), each.getValue());
    }
    long seed = parameters.has("seed") ? parameters.longValue("seed") : RunOptions.DEFAULT.seed();
    return settings
        .options()
        .withPreset(varied)
        .withSeed(seed)
        .withTicks(parameters.longValue("ticks"));
  }

  private void run(SweepRun run) throws IOException {
    RunOptions options = options(run.parameters());
    long most = Math.multiplyExact(memory, 1L << 20);
    try (Storage storage = new DiskStorage(run.directory());
        EcosystemRun made =
            StoreInfo.exists(storage)
                ? EcosystemRun.resume(storage, options, most)
                : EcosystemRun.create(storage, options, most)) {
      long left = Math.max(0, options.ticks() - made.live().lastTick());
      made.run(
          left,
          (done, of, population) -> {
            if (run.stopRequested()) {
              made.stop();
            }
          });
    }
  }
}
