// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.published.Location;

/**
 * Parses plain command lines of a verb without picocli, whose start takes longer than the short
 * verbs do. Whatever is not plain (help, errors, {@code --name=value}, an option given twice) is
 * left to picocli, so this accepts a part of what picocli accepts and has nothing to say to people.
 */
final class QuickArguments {
  private final Map<String, Consumer<String>> options = new HashMap<>();
  private final Map<String, Runnable> flags = new HashMap<>();
  private final Set<String> missing = new HashSet<>();
  private Consumer<String> positional;

  /** The one positional argument. */
  QuickArguments location(Consumer<Location> setter) {
    positional = text -> setter.accept(new Location(text));
    return this;
  }

  QuickArguments flag(String name, Runnable setter) {
    flags.put(name, setter);
    return this;
  }

  QuickArguments text(String name, Consumer<String> setter) {
    options.put(name, setter);
    return this;
  }

  /** A path of this machine; an address is left to picocli, which refuses it. */
  QuickArguments path(String name, Consumer<Path> setter) {
    return text(name, text -> setter.accept(new Location(text).path()));
  }

  QuickArguments requiredText(String name, Consumer<String> setter) {
    missing.add(name);
    return text(name, setter);
  }

  QuickArguments requiredNumber(String name, LongConsumer setter) {
    return requiredText(name, text -> setter.accept(Long.parseLong(text)));
  }

  /**
   * Sets what the arguments say.
   *
   * @param args the command line, the verb first
   * @return false if picocli must look at it; some values may be set then
   */
  boolean parse(String... args) {
    List<String> positionals = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 1; i < args.length; i++) {
      String arg = args[i];
      if (!arg.startsWith("-")) {
        positionals.add(arg);
      } else if (!seen.add(arg)) {
        return false;
      } else if (flags.containsKey(arg)) {
        flags.get(arg).run();
      } else if (!options.containsKey(arg) || i + 1 == args.length || !set(arg, args[++i])) {
        return false;
      }
    }
    if (positionals.size() != 1 || !missing.isEmpty() || positional == null) {
      return false;
    }
    positional.accept(positionals.get(0));
    return true;
  }

  private boolean set(String option, String value) {
    if (value.isEmpty() || value.startsWith("-") || value.startsWith("\"")) {
      return false;
    }
    try {
      options.get(option).accept(value);
    } catch (IllegalArgumentException | InvalidUseException | UsageException e) {
      return false; // picocli meets it too, and says what is wrong
    }
    missing.remove(option);
    return true;
  }
}
