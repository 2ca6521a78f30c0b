// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code aw --version} says. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String built = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "arrow-world " + (built == null ? "(not packaged)" : built),
      "Java " + System.getProperty("java.version")
    };
  }
}
