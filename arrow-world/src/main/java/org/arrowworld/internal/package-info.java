// SPDX-License-Identifier: Apache-2.0
/**
 * What several packages of this module need and nobody else may use. Depends on the JDK only, but
 * for annotations.
 */
package org.arrowworld.internal;
