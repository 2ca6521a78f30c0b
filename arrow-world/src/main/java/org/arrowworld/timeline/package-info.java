// SPDX-License-Identifier: Apache-2.0
/** The world at any tick: snapshot plus log (spec O-15), and the proof that they agree. */
package org.arrowworld.timeline;
