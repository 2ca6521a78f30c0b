// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.arrowworld.internal.Text;

/** Failures as one line for people. */
final class Failures {
  private Failures() {}

  /**
   * The line, without {@code aw: }.
   *
   * @param purpose what was being done, as it follows "Cannot"
   */
  static String line(Throwable failure, String purpose) {
    String message = message(failure);
    if (message.startsWith("Cannot ")) {
      return message;
    }
    return Text.of("Cannot %s: %s", purpose, lowerFirst(message));
  }

  private static String message(Throwable failure) {
    if (failure instanceof UncheckedIOException unchecked) {
      return message(unchecked.getCause());
    }
    if (failure instanceof FileSystemException file) {
      return Text.of("%s: %s", file.getFile(), reason(file));
    }
    boolean typed =
        failure.getClass().getPackageName().startsWith("org.arrowworld.")
            || failure instanceof IOException;
    String text = failure.getMessage();
    return typed && text != null
        ? text
        : Text.of("unexpected %s (run it with --debug and report it)", failure);
  }

  private static String reason(FileSystemException file) {
    if (file.getReason() != null) {
      return file.getReason();
    }
    if (file instanceof NoSuchFileException) {
      return "there is no such file or directory";
    }
    if (file instanceof NotDirectoryException) {
      return "it is not a directory";
    }
    if (file instanceof AccessDeniedException) {
      return "access is denied";
    }
    return "the file system refuses it (" + file.getClass().getSimpleName() + ")";
  }

  private static String lowerFirst(String text) {
    boolean sentence =
        text.length() > 1
            && Character.isUpperCase(text.charAt(0))
            && Character.isLowerCase(text.charAt(1));
    return sentence ? Character.toLowerCase(text.charAt(0)) + text.substring(1) : text;
  }
}
