package org.arrowworld.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.arrowworld.internal.json.Json;

/** What a command printed, run in this process. */
record Aw(int exit, String out, String err) {

  static Aw run(Object... args) {
    return run(() -> false, args);
  }

  static Aw run(Console.Pause pause, Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            pause);
    List<String> texts = new ArrayList<>();
    for (Object arg : args) {
      texts.add(arg.toString());
    }
    int exit = Main.run(console, texts.toArray(String[]::new));
    return new Aw(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  List<String> lines() {
    return out.lines().toList();
  }

  String lastLine() {
    return lines().get(lines().size() - 1);
  }

  @SuppressWarnings("unchecked")
  Map<String, Object> json() {
    return (Map<String, Object>) parse(out);
  }

  /** One object per line. */
  List<Object> jsonLines() {
    return lines().stream().map(Aw::parse).toList();
  }

  /** Maps, lists, strings, longs, doubles, booleans, nulls. */
  static Object parse(String text) {
    try {
      return Json.parse(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }
}
