// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.AbsolutePath;

/** {@code aw}. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) throws IOException {
    if (Boolean.getBoolean("aw.warmup")) {
      Warmup.run();
      return;
    }
    int exit = run(args);
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
    try {
      return delivered(console, execute(console, args));
    } finally {
      Interruption.finish();
    }
  }

  private static int execute(Console console, String... args) {
    try {
      for (String arg : args) {
        requireText(arg);
      }
      AbsolutePath.of(Path.of(".")); // refuses a current folder that Java cannot name
      Verb quick = quick(args);
      return quick != null ? execute(quick, console) : RootCommand.run(console, args);
    } catch (UsageException e) {
      console.note(e.getMessage());
      return Exit.USAGE;
    } catch (InvalidUseException e) {
      console.note(Failures.line(e, "start"));
      return Exit.FAILURE;
    } catch (StackOverflowError | OutOfMemoryError e) {
      console.note(Failures.line(e, "go on"));
      return Exit.FAILURE;
    }
  }

  /** Java puts U+FFFD where it cannot read an argument's bytes; as a path it names another file. */
  private static void requireText(String arg) {
    if (arg.indexOf('\uFFFD') >= 0) {
      throw new UsageException(
          Text.of(
              "Cannot read the argument '%s': it is not text in %s; name files in UTF-8 and start Java"
                  + " in a UTF-8 locale (LC_ALL=C.UTF-8), as the launcher aw does",
              arg, System.getProperty("sun.jnu.encoding")));
    }
  }

  /** The exit code of a command, unless what it printed was not written. */
  private static int delivered(Console console, int exit) {
    console.out().flush();
    Optional<IOException> failure = console.out().failure();
    if (failure.isEmpty()) {
      return exit;
    }
    console.note(
        Failures.line(failure.get(), "write to standard output")
            + "; what was printed is not whole");
    return exit == Exit.OK ? Exit.FAILURE : exit;
  }

  /** The verb of a plain command line, ready to be executed; null if picocli must look at it. */
  private static Verb quick(String... args) {
    Supplier<Verb> maker = args.length == 0 ? null : verbs().get(args[0]);
    if (maker == null) {
      return null;
    }
    Verb verb = maker.get();
    QuickArguments arguments = verb.quick();
    return arguments != null && arguments.parse(args) ? verb : null;
  }

  private static int execute(Verb verb, Console console) {
    verb.attach(console);
    try {
      return verb.execute();
    } catch (IOException | RuntimeException e) {
      return failed(verb, e);
    }
  }

  /** Says why a command failed; returns the exit code. */
  static int failed(Verb verb, Exception e) {
    Console console = verb.console();
    console.out().flush();
    console.note(Failures.line(e, verb.purpose()));
    if (verb.wantsTrace()) {
      e.printStackTrace(console.err());
    }
    return e instanceof UsageException ? Exit.USAGE : Exit.FAILURE;
  }

  /** The verbs by name, imports aside. */
  static Map<String, Supplier<Verb>> verbs() {
    Map<String, Supplier<Verb>> verbs = new LinkedHashMap<>();
    verbs.put("run", RunVerb::new);
    verbs.put("resume", ResumeVerb::new);
    verbs.put("sweep", SweepVerb::new);
    verbs.put("runs", RunsVerb::new);
    verbs.put("info", InfoVerb::new);
    verbs.put("at", AtVerb::new);
    verbs.put("hash", HashVerb::new);
    verbs.put("history", HistoryVerb::new);
    verbs.put("stats", StatsVerb::new);
    verbs.put("diff", DiffVerb::new);
    verbs.put("fork", ForkVerb::new);
    verbs.put("seal", SealVerb::new);
    verbs.put("truncate", TruncateVerb::new);
    verbs.put("log", LogVerb::new);
    verbs.put("snapshot", SnapshotVerb::new);
    verbs.put("verify", VerifyVerb::new);
    verbs.put("doctor", DoctorVerb::new);
    verbs.put("compact", CompactVerb::new);
    verbs.put("publish", PublishVerb::new);
    verbs.put("recover", RecoverVerb::new);
    verbs.put("migrate", MigrateVerb::new);
    verbs.put("export", ExportVerb::new);
    verbs.put("view", ViewVerb::new);
    verbs.put("serve", ServeVerb::new);
    return verbs;
  }
}
