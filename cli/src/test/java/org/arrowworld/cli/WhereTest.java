// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.internal.Text;
import org.arrowworld.schema.KeyTable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhereTest {
  private static final KeyTable KEYS = new KeyTable(Stores.SCHEMA.keys());

  @TempDir static Path folder;
  private static Path store;

  @BeforeAll
  static void play() throws IOException {
    store = Stores.sealed(folder.resolve("store"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "                       | column 1: expected tick, rid, key, val or a key's name, found the end",
        "tick                   | column 5: expected ==, !=, <, <=, > or >=, found the end",
        "tick = 3               | column 6: expected ==, !=, <, <=, > or >=, found '= 3'",
        "tick ==                | column 8: expected a number or a word, found the end",
        "tick === 3             | column 8: expected a number or a word, found '= 3'",
        "tick == 3 or rid == 1  | column 11: expected 'and' and a further condition, found 'or rid == 1'",
        "tick == 3 and          | column 11: expected 'and' and a further condition, found 'and'",
        "tick == 3 and (rid==1) | column 15: expected tick, rid, key, val or a key's name, found '(rid==1)'",
        "key == 'ship.x         | column 8: the quote is not closed",
        "tick < 1.5             | column 8: expected a whole number from 0 to 9223372036854775807, found '1.5'",
        "rid == 4294967296      | column 8: expected a whole number from 0 to 4294967295, found '4294967296'",
        "rid == -1              | column 8: expected a whole number from 0 to 4294967295, found '-1'",
        "key == ship.y          | column 8: this store has no key 'ship.y'; did you mean 'ship.x'?",
        "ship.colour < 1        | column 1: this store has no key 'ship.colour'; aw info lists its keys",
        "tick > 0 and key < a   | column 14: key is a word: compare it with == or !=, not <",
        "ship.flag < blue       | column 1: ship.flag is a word: compare it with == or !=, not <",
        "ship.x == blue         | column 11: ship.x is of type f32: expected a number, found 'blue'",
        "ship.x == '1'          | column 11: ship.x is of type f32: expected a number, found '1'",
        "ship.afloat == yes     | column 16: ship.afloat is of type bool: expected true or false, found 'yes'",
        "val < blue             | column 1: 'blue' is a word: compare it with == or !=, not <",
      })
  void an_expression_that_makes_no_sense_is_refused_at_its_column(String text, String message) {
    String where = text == null ? "" : text;
    assertThatThrownBy(() -> new RowFilter(Where.parse(where), KEYS))
        .isInstanceOf(UsageException.class)
        .hasMessage(Text.of("Cannot read --where '%s': %s", where, message));
    Aw log = Aw.run("log", store, "--where", where);
    assertThat(log.exit()).isEqualTo(2);
    assertThat(log.err()).isEqualTo(Text.of("aw: Cannot read --where '%s': %s\n", where, message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tick == 4 and key != tick.commit         | 4:0:ship.x:8.0",
        "tick >= 2 and tick <= 2 and rid == 0 and key == 'ship.died' | 2:0:ship.died:0",
        "ship.x == 0.1                            | 0:0:ship.x:0.1",
        "ship.x<0.2                               | 0:0:ship.x:0.1",
        "ship.x > 0.1 and ship.x < 5e-1           | ``",
        "val == -3                                | 1:0:ship.hit:-3",
        "ship.hit > -3.00000000000000000001       | 1:0:ship.hit:-3",
        "ship.hit == -3.00000000000000000001      | ``",
        "ship.serial == 18446744073709551615      | 0:1:ship.serial:18446744073709551615",
        "ship.serial > 1e19                       | 0:1:ship.serial:18446744073709551615",
        "ship.afloat == true                      | 0:0:ship.afloat:true",
        "ship.afloat != true                      | ``",
        "val == true                              | 0:0:ship.afloat:true",
        "key == ship.afloat and val == true       | 0:0:ship.afloat:true",
        "val == sunk                              | 2:0:ship.cause:sunk",
        "ship.flag == \"red\"                     | 3:0:ship.flag:red",
        "in.wind == nan                           | 1:7:in.wind:NaN",
        "in.wind < 5                              | ``",
        "ship.mass == inf                         | 1:1:ship.mass:Infinity",
        "tick > 9223372036854775807               | ``",
        "tick < 0                                 | ``",
      })
  void rows_that_match_are_printed_decoded(String where, String expected) {
    Aw log = Aw.run("log", store, "--where", where);
    assertThat(log.err()).isEmpty();
    assertThat(log.exit()).isZero();
    assertThat(log.out().strip().replace('\t', ':')).isEqualTo(expected);
  }

  @Test
  void words_and_numbers_do_not_match_each_other() {
    // "blue" has code 0, and 0 is also a number in other rows.
    Aw numbers = Aw.run("log", store, "--where", "val == 0");
    assertThat(numbers.out()).contains("ship.born").doesNotContain("ship.flag");
    Aw words = Aw.run("log", store, "--where", "val != blue");
    assertThat(words.lines()).isNotEmpty().allMatch(l -> l.matches(".*\tship\\.(flag|cause)\t.*"));
  }
}
