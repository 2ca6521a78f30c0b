package org.arrowworld.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.arrowworld.internal.Text;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code aw} without a verb, and the parsing of every command line that is not plain. */
@Command(
    name = "aw",
    description = "Worlds that are logged, snapshotted, replayed and read by other tools.",
    synopsisSubcommandLabel = "COMMAND",
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

  @Spec private CommandSpec spec;

  static int run(Console console, String... args) {
    CommandLine root = commands(console, args);
    root.setOut(writer(console.out()));
    root.setErr(writer(console.err()));
    root.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    root.setUsageHelpAutoWidth(false);
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

  private static int usage(Console console, ParameterException e) {
    String message = e.getMessage();
    console.note(
        message.startsWith("Cannot ") ? message : "Cannot understand the command line: " + message);
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    console.err().print(Text.of("Try '%s --help'.", command) + "\n");
    return Exit.USAGE;
  }
}
