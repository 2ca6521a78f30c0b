package org.arrowworld.cli;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code aw}. */
@Command(
    name = "aw",
    description = "Worlds that are logged, snapshotted, replayed and read by other tools.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Data goes to stdout, progress and diagnostics to stderr.",
      "Exit codes: 0 ok, 1 failure, 2 usage, 3 finished with data loss."
    })
public final class Main implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean unusedHelp;

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) throws IOException {
    if (Boolean.getBoolean("aw.warmup")) {
      Warmup.run();
      return;
    }
    Console console = Console.ofProcess();
    int exit = run(console, args);
    if (Interruption.isShutdown()) {
      return; // the process is ending already, with the signal's exit code
    }
    System.exit(exit);
  }

  /**
   * Runs a command on the process's own streams.
   *
   * @return its exit code
   */
  public static int run(String... args) {
    return run(Console.ofProcess(), args);
  }

  static int run(Console console, String... args) {
    CommandLine root = commands(console, args);
    root.setOut(writer(console.out()));
    root.setErr(writer(console.err()));
    root.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    root.setUsageHelpAutoWidth(false);
    root.setParameterExceptionHandler((e, arguments) -> usage(console, e));
    root.setExecutionExceptionHandler((e, command, parsed) -> failed(console, e, command));
    try {
      return root.execute(args);
    } catch (StackOverflowError | OutOfMemoryError e) {
      console.note(Failures.line(e, "go on"));
      return Exit.FAILURE;
    } finally {
      console.out().flush();
      Interruption.finish();
    }
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  /** The verbs by name. Only the one that is asked for is made: reflection is slow at start. */
  private static CommandLine commands(Console console, String... args) {
    Map<String, Supplier<Verb>> verbs = new LinkedHashMap<>();
    verbs.put("run", RunVerb::new);
    verbs.put("resume", ResumeVerb::new);
    verbs.put("info", InfoVerb::new);
    verbs.put("at", AtVerb::new);
    verbs.put("hash", HashVerb::new);
    verbs.put("history", HistoryVerb::new);
    verbs.put("log", LogVerb::new);
    verbs.put("snapshot", SnapshotVerb::new);
    verbs.put("verify", VerifyVerb::new);
    verbs.put("compact", CompactVerb::new);
    verbs.put("recover", RecoverVerb::new);
    CommandLine root = new CommandLine(new Main());
    Supplier<Verb> wanted = args.length == 0 ? null : verbs.get(args[0]);
    if (wanted != null) {
      root.addSubcommand(args[0], attached(wanted, console));
      return root;
    }
    if (args.length == 0 || !args[0].equals("import")) {
      verbs.forEach((name, verb) -> root.addSubcommand(name, attached(verb, console)));
    }
    CommandLine imports = new CommandLine(new ImportCommand());
    imports.addSubcommand("trajectories", attached(ImportTrajectoriesVerb::new, console));
    imports.addSubcommand("simlog", attached(ImportSimlogVerb::new, console));
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
    console
        .err()
        .println("Try '%s --help'.".formatted(e.getCommandLine().getCommandSpec().qualifiedName()));
    return Exit.USAGE;
  }

  private static int failed(Console console, Exception e, CommandLine command) {
    Verb verb = command.getCommand();
    console.out().flush();
    console.note(Failures.line(e, verb.purpose()));
    if (verb.wantsTrace()) {
      e.printStackTrace(console.err());
    }
    return e instanceof UsageException ? Exit.USAGE : Exit.FAILURE;
  }
}
