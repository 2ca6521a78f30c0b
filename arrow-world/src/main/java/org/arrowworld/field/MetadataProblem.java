// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.field;

/** What is wrong with metadata; becomes a typed error where it is known whose they are. */
final class MetadataProblem extends Exception {
  private static final long serialVersionUID = 1L;

  MetadataProblem(String finding) {
    super(finding);
  }

  MetadataProblem(String finding, Throwable cause) {
    super(finding, cause);
  }
}
