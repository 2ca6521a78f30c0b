// SPDX-License-Identifier: Apache-2.0
/** Work on whole stores: saving what can be read of a damaged one, and compaction. */
package org.arrowworld.maintenance;
