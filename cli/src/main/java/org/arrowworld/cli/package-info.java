/** cli. */
package org.arrowworld.cli;
