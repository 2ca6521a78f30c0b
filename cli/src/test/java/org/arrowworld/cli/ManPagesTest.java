// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The manual pages of a release. */
class ManPagesTest {
  private final Map<String, String> pages = ManPages.pages("1.2.3");

  @Test
  void every_command_has_a_page_that_is_named_in_the_page_of_aw() {
    for (String verb : Main.verbs().keySet()) {
      assertThat(pages).containsKey("aw-" + verb);
      assertThat(pages.get("aw")).contains(".B " + verb + "\n");
    }
    assertThat(pages).containsKeys("aw-import", "aw-import-csv").doesNotContainKey("aw-help");
  }

  @Test
  void a_page_has_what_help_has() {
    assertThat(pages.get("aw-fork"))
        .startsWith(
            ".TH \"AW\\-FORK\" 1 \"\" \"arrow\\-world 1.2.3\" \"\"\n.SH \"NAME\"\naw\\-fork \\- Make a new store")
        .contains(".SH \"SYNOPSIS\"\naw fork [\\-h]")
        .contains(".TP\n.B \\-\\-tick=T\nThe tick after whose state it begins.\n")
        .contains(".TP\n.B STORE\nThe origin's directory, or its address if it was published.\n");
    assertThat(pages.get("aw-export")).doesNotContain("COMPLETION").doesNotContain("${");
  }
}
