// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.arrowworld.internal.Nearest;
import org.arrowworld.internal.Text;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code aw} without a verb, and the parsing of every command line that is not plain. */
@Command(
    name = "aw",
    description = "Records worlds, rebuilds any tick of them, and writes them for other tools.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Version.class,
    footer = {
      "",
      "Data goes to stdout, progress and diagnostics to stderr.",
      "Exit codes: 0 ok, 1 failure, 2 usage, 3 finished with data loss."
    })
final class RootCommand implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean unusedHelp;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and exit.")
  private boolean unusedVersion;

  @Spec private CommandSpec spec;

  static int run(Console console, String... args) {
    CommandLine root = commands(console, args);
    root.setOut(writer(console.out()));
    root.setErr(writer(console.err()));
    root.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    root.setUsageHelpAutoWidth(false);
    sentences(root);
    root.registerConverter(Path.class, new PathConverter());
    root.setParameterExceptionHandler((e, arguments) -> usage(console, e));
    root.setExecutionExceptionHandler((e, command, parsed) -> Main.failed(command.getCommand(), e));
    return root.execute(args);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  /** The commands. Only the one that is asked for is made: reflection is slow at start. */
  static CommandLine commands(Console console, String... args) {
    CommandLine root = new CommandLine(new RootCommand());
    String name = args.length == 0 ? "" : args[0];
    Supplier<Verb> wanted = Main.verbs().get(name);
    if (wanted != null) {
      root.addSubcommand(name, attached(wanted, console));
      return root;
    }
    if (!name.equals("import")) {
      Main.verbs().forEach((n, verb) -> root.addSubcommand(n, attached(verb, console)));
    }
    CommandLine imports = new CommandLine(new ImportCommand());
    imports.addSubcommand("trajectories", attached(ImportTrajectoriesVerb::new, console));
    imports.addSubcommand("simlog", attached(ImportSimlogVerb::new, console));
    imports.addSubcommand("npz", attached(ImportNpzVerb::new, console));
    imports.addSubcommand("npy", attached(ImportNpyVerb::new, console));
    imports.addSubcommand("parquet", attached(ImportParquetVerb::new, console));
    imports.addSubcommand("arrow", attached(ImportArrowVerb::new, console));
    imports.addSubcommand("records", attached(ImportRecordsVerb::new, console));
    imports.addSubcommand("fields", attached(ImportFieldsVerb::new, console));
    imports.addSubcommand("csv", attached(ImportCsvVerb::new, console));
    root.addSubcommand("import", imports);
    root.addSubcommand("help", new CommandLine.HelpCommand());
    return root;
  }

  /** All commands, their descriptions as help shows them. */
  static CommandLine all(Console console) {
    CommandLine root = commands(console);
    sentences(root);
    return root;
  }

  private static Verb attached(Supplier<Verb> verb, Console console) {
    Verb made = verb.get();
    made.attach(console);
    return made;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Cannot run nothing: name a command");
  }

  /**
   * Of a description, the first sentence goes into the list of commands, whole; the rest is filled
   * anew.
   */
  private static void sentences(CommandLine command) {
    String[] lines = command.getCommandSpec().usageMessage().description();
    List<String> paragraphs = new ArrayList<>();
    for (String paragraph : String.join("\n", lines).split("\n\n", -1)) {
      if (!paragraphs.isEmpty()) {
        paragraphs.add("");
      }
      paragraphs.add(paragraph.replace('\n', ' '));
    }
    String first = paragraphs.get(0);
    int end = first.indexOf(". ");
    if (end > 0) {
      paragraphs.set(0, first.substring(0, end + 1));
      paragraphs.add(1, first.substring(end + 2));
    }
    command.getCommandSpec().usageMessage().description(paragraphs.toArray(new String[0]));
    command.getSubcommands().values().forEach(RootCommand::sentences);
  }

  /** What is wrong, the first unknown word before all else, with the known one that is nearest. */
  private static String plain(ParameterException e) {
    CommandLine command = e.getCommandLine();
    List<String> unmatched = command.getUnmatchedArguments();
    if (e instanceof UnmatchedArgumentException unknown) {
      unmatched = unknown.getUnmatched();
    }
    Set<String> verbs = command.getSubcommands().keySet();
    for (String word : unmatched) {
      if (word.startsWith("-")) {
        return Text.of(
            "unknown option '%s'%s",
            word, Nearest.to(word, command.getCommandSpec().optionsMap().keySet()));
      }
      if (!verbs.isEmpty()) {
        return Text.of("unknown command '%s'%s", word, Nearest.to(word, verbs));
      }
    }
    return e.getMessage().replaceFirst(" is not an? (long|int)$", " is not a whole number");
  }

  private static int usage(Console console, ParameterException e) {
    String message = plain(e);
    console.note(
        message.startsWith("Cannot ") ? message : "Cannot understand the command line: " + message);
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    console.err().print(Text.of("Try '%s --help'.", command) + "\n");
    return Exit.USAGE;
  }
}
