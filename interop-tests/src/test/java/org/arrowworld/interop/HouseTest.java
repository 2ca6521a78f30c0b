// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What CONTRIBUTING.md says of every file, module and package, held against all there are. */
class HouseTest {
  private static final int MOST_LINES = 400;
  private static final String LICENCE = "SPDX-License-Identifier: Apache-2.0";
  private static final Pattern IMPORT = Pattern.compile("(?m)^import .*\\R");
  private static final Pattern CLASS =
      Pattern.compile(
          "(?m)^(?:(?:public|final|abstract|sealed|non-sealed) )*"
              + "(?:class|record|enum|interface|@interface) (\\w+)");

  @Test
  void aMainFileHasAtMost400LinesBesidesItsImports() throws IOException {
    List<Path> files = new ArrayList<>(Tree.mainJava());
    files.addAll(Tree.files(Tree.ROOT.resolve("python/src"), ".py"));
    assertThat(files).hasSizeGreaterThan(500);
    List<String> tooLong = new ArrayList<>();
    for (Path file : files) {
      long lines = IMPORT.matcher(Tree.read(file)).replaceAll("").lines().count();
      if (lines > MOST_LINES) {
        tooLong.add(file + " has " + lines);
      }
    }
    assertThat(tooLong).as("files to be split by concept").isEmpty();
  }

  @Test
  void oneNameIsOneThing() throws IOException {
    Map<String, TreeSet<String>> packages = new TreeMap<>();
    for (Path file : Tree.mainJava()) {
      Matcher declared = CLASS.matcher(Tree.read(file));
      while (declared.find()) {
        packages
            .computeIfAbsent(declared.group(1), name -> new TreeSet<>())
            .add(String.valueOf(file.getParent()));
      }
    }
    assertThat(packages).hasSizeGreaterThan(500);
    packages.values().removeIf(found -> found.size() == 1);
    assertThat(packages).as("classes of one name, which stand for several things").isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    TreeSet<Path> packages = new TreeSet<>();
    for (Path file : Tree.mainJava()) {
      packages.add(file.getParent());
    }
    assertThat(packages)
        .hasSizeGreaterThan(40)
        .allSatisfy(folder -> assertThat(folder.resolve("package-info.java")).exists());
  }

  @Test
  void theBomHasEveryArtifact() throws IOException {
    TreeSet<String> artifacts = new TreeSet<>();
    for (String module : Tree.modules()) {
      String pom = Tree.read(Tree.ROOT.resolve(module).resolve("pom.xml"));
      if (!pom.contains("<packaging>pom<") && !pom.contains("<maven.deploy.skip>true<")) {
        artifacts.add(artifact(pom.substring(pom.indexOf("</parent>"))));
      }
    }
    TreeSet<String> listed = new TreeSet<>();
    String bom = Tree.read(Tree.ROOT.resolve("bom/pom.xml"));
    String managed = bom.substring(bom.indexOf("<dependencyManagement>"));
    for (String dependency : managed.split("</dependency>")) {
      if (dependency.contains("<artifactId>")) {
        listed.add(artifact(dependency));
      }
    }
    assertThat(listed).hasSizeGreaterThan(6).isEqualTo(artifacts);
  }

  private static String artifact(String xml) {
    Matcher name = Pattern.compile("<artifactId>([^<]+)</artifactId>").matcher(xml);
    assertThat(name.find()).isTrue();
    return name.group(1);
  }

  @Test
  void everySourceNamesItsLicence() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String ending : List.of(".java", ".py", ".go", ".rs", ".js", ".mjs", ".cpp", ".bat")) {
      sources.addAll(Tree.files(Tree.ROOT, ending));
    }
    for (Path file : Tree.files(Tree.ROOT, "")) {
      if (!file.getFileName().toString().contains(".") && begins(file, "#!")) {
        sources.add(file);
      }
    }
    sources.remove(Tree.ROOT.resolve("mvnw")); // Maven's own
    assertThat(sources).hasSizeGreaterThan(1000);
    List<String> silent = new ArrayList<>();
    for (Path file : sources) {
      if (Files.size(file) > 0
          && Tree.read(file).lines().limit(3).noneMatch(line -> line.endsWith(LICENCE))) {
        silent.add(file.toString());
      }
    }
    assertThat(silent).as("sources without a line %s", LICENCE).isEmpty();
  }

  private static boolean begins(Path file, String text) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(text.length()), ISO_8859_1).equals(text);
    }
  }
}
