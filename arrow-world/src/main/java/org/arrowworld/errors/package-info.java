// SPDX-License-Identifier: Apache-2.0
/** The typed errors of the public API. */
package org.arrowworld.errors;
