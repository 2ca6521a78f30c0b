// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.arrowworld.storage.AbsolutePath;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes the manual pages that a release ships, one per command; its arguments are the folder and
 * the version.
 */
final class ManPages {
  private ManPages() {}

  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(AbsolutePath.of(Path.of(args[0])));
    for (Map.Entry<String, String> page : pages(args[1]).entrySet()) {
      Files.writeString(folder.resolve(page.getKey() + ".1"), page.getValue());
    }
  }

  /** The pages, by their names: {@code aw}, {@code aw-fork}, {@code aw-import-csv}. */
  static Map<String, String> pages(String version) {
    Map<String, String> pages = new TreeMap<>();
    collect(RootCommand.all(Console.ofProcess()), "aw", version, pages);
    return pages;
  }

  private static void collect(
      CommandLine command, String name, String version, Map<String, String> pages) {
    pages.put(name, page(command, name, version));
    command
        .getSubcommands()
        .forEach(
            (verb, sub) -> {
              if (!verb.equals("help")) {
                collect(sub, name + "-" + verb, version, pages);
              }
            });
  }

  private static String page(CommandLine command, String name, String version) {
    CommandSpec spec = command.getCommandSpec();
    List<String> said = new ArrayList<>(List.of(spec.usageMessage().description()));
    StringBuilder page = new StringBuilder();
    page.append(".TH ").append(quoted(name.toUpperCase(Locale.ROOT))).append(" 1 \"\" ");
    page.append(quoted("arrow-world " + version)).append(" \"\"\n");
    section(page, "NAME", escaped(name) + " \\- " + escaped(said.remove(0)));
    section(page, "SYNOPSIS", escaped(synopsis(command)));
    if (!said.isEmpty()) {
      section(page, "DESCRIPTION", escaped(String.join("\n", said)).replace("\n\n", "\n.PP\n"));
    }
    page.append(".SH OPTIONS\n");
    for (PositionalParamSpec argument : spec.positionalParameters()) {
      entry(page, argument.paramLabel(), argument);
    }
    for (OptionSpec option : spec.options()) {
      String value = option.arity().max() > 0 ? "=" + option.paramLabel() : "";
      entry(page, String.join(", ", option.names()) + value, option);
    }
    if (!command.getSubcommands().isEmpty()) {
      page.append(".SH COMMANDS\n");
      command
          .getSubcommands()
          .forEach(
              (verb, sub) ->
                  tagged(page, verb, sub.getCommandSpec().usageMessage().description()[0]));
    }
    section(
        page,
        "EXIT STATUS",
        "0 ok, 1 failure (of diff: they differ), 2 usage, 3 finished with data loss.");
    if (!name.equals("aw")) {
      section(page, "SEE ALSO", ".BR aw (1)");
    }
    return page.toString();
  }

  private static String synopsis(CommandLine command) {
    CommandLine.Help help = new CommandLine.Help(command.getCommandSpec(), Ansi.OFF);
    return help.synopsis(0).replaceAll("\\s+", " ").strip();
  }

  private static void entry(StringBuilder page, String tag, ArgSpec argument) {
    if (!argument.hidden()) {
      tagged(page, tag, String.join(" ", argument.description()));
    }
  }

  private static void section(StringBuilder page, String title, String text) {
    page.append(".SH ").append(quoted(title)).append('\n').append(text).append('\n');
  }

  private static void tagged(StringBuilder page, String tag, String text) {
    page.append(".TP\n.B ").append(escaped(tag)).append('\n').append(escaped(text)).append('\n');
  }

  private static String quoted(String text) {
    return '"' + escaped(text) + '"';
  }

  /** What roff takes as it stands: no escapes, real hyphens, no line that begins a request. */
  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replaceAll("(?m)^(?=[.'])", "\\\\&");
  }
}
