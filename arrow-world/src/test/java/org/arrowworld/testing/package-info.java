/** What several packages' tests share. */
package org.arrowworld.testing;
