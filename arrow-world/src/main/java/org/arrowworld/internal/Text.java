// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;

/**
 * Text that is the same on every machine. {@link String#formatted} and {@code String.format} write
 * digits as the default locale has them, {@code ٠١٢} for one; names of files, JSON and messages
 * must not. The build refuses both.
 */
public final class Text {
  private Text() {}

  /** The format filled in, by the rules of {@link java.util.Formatter} and {@link Locale#ROOT}. */
  @FormatMethod
  public static String of(@FormatString String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
