// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.UnsupportedVersionException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.JsonObject;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.Storage;

/** {@code sweep.json}: which runs there are to be (spec R-4). */
final class PlanFile {
  private static final String PATH = "sweep.json";
  private static final String KIND = "arrow-world sweep";
  private static final int FORMAT = 1;

  private PlanFile() {}

  /** The planned parameters by run, in the plan's order; empty where there is no plan. */
  static Map<String, Parameters> read(Storage folder) throws IOException {
    Map<String, Parameters> runs = new LinkedHashMap<>();
    if (!folder.exists(PATH)) {
      return runs;
    }
    JsonObject plan = ChecksummedJson.read(folder, PATH);
    if (!plan.string("kind").equals(KIND)) {
      throw plan.wrong("kind", "'" + KIND + "'", plan.string("kind"));
    }
    if (plan.number("format") != FORMAT) {
      throw new UnsupportedVersionException(PATH, "format", plan.number("format"), "1");
    }
    for (JsonObject run : plan.objects("runs")) {
      String name = run.string("run");
      Map<String, String> texts = run.strings("parameters");
      if (!RunFiles.isRunName(name) || runs.containsKey(name)) {
        throw plan.wrong("run", "the name of a run, once", name);
      }
      for (String parameter : texts.keySet()) {
        if (!Parameters.isName(parameter)) {
          throw plan.wrong("parameters", "names of parameters", parameter);
        }
      }
      runs.put(name, Parameters.ofTexts(texts));
    }
    return runs;
  }

  /**
   * Adds to the plan what it lacks.
   *
   * @return these parameters by run, in their order
   */
  static Map<String, Parameters> extend(Storage folder, List<Parameters> wanted)
      throws IOException {
    Map<String, Parameters> runs = read(folder);
    Map<Map<String, Object>, String> known = new HashMap<>();
    runs.forEach((name, parameters) -> known.put(parameters.senses(), name));
    Map<String, Parameters> names = new LinkedHashMap<>();
    int before = runs.size();
    for (Parameters parameters : wanted) {
      String name = known.get(parameters.senses());
      if (name == null) {
        name = free(folder, runs);
        runs.put(name, parameters);
        known.put(parameters.senses(), name);
      }
      names.put(name, parameters);
    }
    if (runs.size() > before || before == 0) {
      write(folder, runs);
    }
    return names;
  }

  /** The next number that is neither planned nor a store's or outcome's that was there before. */
  private static String free(Storage folder, Map<String, Parameters> runs) throws IOException {
    int number = runs.size();
    String name = Text.of("%06d", number);
    while (runs.containsKey(name) || folder.exists(name) || folder.exists(Outcome.path(name))) {
      name = Text.of("%06d", ++number);
    }
    return name;
  }

  private static void write(Storage folder, Map<String, Parameters> runs) throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("kind", KIND);
    members.put("format", FORMAT);
    List<Map<String, Object>> list = new ArrayList<>();
    runs.forEach(
        (name, parameters) -> {
          Map<String, Object> run = new LinkedHashMap<>();
          run.put("run", name);
          run.put("parameters", parameters.texts());
          list.add(run);
        });
    members.put("runs", list);
    OutputLock.making(
        folder,
        PATH,
        PATH + AtomicFiles.UNFINISHED,
        () -> {
          ChecksummedJson.write(folder, PATH, members);
          return null;
        });
  }
}
