// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each duty of the specification, and of docs/fields.md, is cited by a test that holds it. */
class SpecCitationsTest {
  private static final Pattern DUTY = Pattern.compile("(?m)^ *(?:- )?\\*\\*([A-Z]-\\d+)\\*\\*");

  /** {@code O-7}, or {@code O-7 to O-15}. */
  private static final Pattern CITATION =
      Pattern.compile("(?<![A-Za-z0-9])([A-Z])-(\\d+)(?: to \\1-(\\d+))?(?![0-9])");

  @Test
  void everyDutyIsCitedByATest() throws IOException {
    Set<String> cited = new TreeSet<>();
    for (Path test : tests()) {
      cited.addAll(citations(Files.readString(test, UTF_8)));
    }
    Set<String> uncited = duties();
    assertThat(uncited).hasSizeGreaterThan(150);
    uncited.removeAll(cited);
    assertThat(uncited).as("duties of docs/spec and docs/fields.md that no test cites").isEmpty();
  }

  @Test
  void everyCitedDutyStandsInTheSpecification() throws IOException {
    Set<String> duties = duties();
    Set<String> letters = new TreeSet<>();
    duties.forEach(d -> letters.add(d.substring(0, 2)));
    List<String> unknown = new ArrayList<>();
    for (Path test : tests()) {
      for (String id : citations(Files.readString(test, UTF_8))) {
        if (letters.contains(id.substring(0, 2)) && !duties.contains(id)) {
          unknown.add(test.getFileName() + " cites " + id);
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void aRangeCitesEachOfItsDuties() {
    assertThat(citations("spec M-1 to M-3, L-9; UTF-8, AA-1"))
        .containsExactly("M-1", "M-2", "M-3", "L-9");
  }

  private static Set<String> duties() throws IOException {
    Set<String> duties = new LinkedHashSet<>();
    for (Path page : Tree.files(Tree.ROOT.resolve("docs"), ".md")) {
      Matcher duty = DUTY.matcher(Files.readString(page, UTF_8));
      while (duty.find()) {
        duties.add(duty.group(1));
      }
    }
    return duties;
  }

  private static Set<String> citations(String text) {
    Set<String> ids = new LinkedHashSet<>();
    Matcher citation = CITATION.matcher(text);
    while (citation.find()) {
      int first = Integer.parseInt(citation.group(2));
      int last = citation.group(3) == null ? first : Integer.parseInt(citation.group(3));
      for (int i = first; i <= last; i++) {
        ids.add(citation.group(1) + "-" + i);
      }
    }
    return ids;
  }

  private static List<Path> tests() throws IOException {
    List<Path> tests = new ArrayList<>();
    for (String module : Tree.modules()) {
      tests.addAll(Tree.files(Tree.ROOT.resolve(module).resolve("src/test/java"), ".java"));
    }
    tests.removeIf(t -> t.endsWith("SpecCitationsTest.java"));
    for (String folder :
        List.of("python/tests", "interop-tests/python", "interop-tests/languages", "spark/tests")) {
      for (String ending : List.of(".py", ".go", ".rs", ".js", ".cpp")) {
        tests.addAll(Tree.files(Tree.ROOT.resolve(folder), ending));
      }
    }
    return tests;
  }
}
