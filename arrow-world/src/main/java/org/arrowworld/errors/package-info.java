// SPDX-License-Identifier: Apache-2.0
/** The typed errors of the public API. Depends on nothing. */
package org.arrowworld.errors;
