"""Every sentence this room can say to a person, in English, by its stable code.

The room is pure and cannot ask for a translation itself: a caller that speaks to a family translates ``MESSAGES[code]``
and then fills the same named placeholders from ``Checked.params``. A sentence says what to do next and never repeats
the number.
"""

from collections.abc import Mapping

MESSAGES: Mapping[str, str] = {
    "ok": "",
    # any kind
    "empty": "Nothing was entered. Type it as it stands on the document.",
    "too_long": "This is longer than {limit} characters. Enter only the value itself.",
    "control_character": "There is an invisible control character in the text. Delete it and type the value by hand.",
    # resident ID and the documents that follow its standard
    "length": "This has {length} characters and should have {expected}. Compare it with the document, digit by digit.",
    "not_digits": "Only digits are allowed, and X only in the last place. Compare it with the document.",
    "impossible_date": "The date of birth inside the number ({date}) does not exist. Check digits 7 to 14.",
    "future_birth_date": "The date of birth inside the number ({date}) is in the future. Check digits 7 to 14.",
    # the character that would fit is not said: typed in, it would make a number that is right but another person's
    "checksum": "One digit of the number is wrong. Compare every digit with the document.",
    "fifteen_digits_child": "A child's number has 18 digits. Take the number from the household register or "
    "the ID card.",
    "fifteen_digits": "Numbers of 15 digits are accepted only for a guardian. Enter the 18 digits of the current card.",
    "upgraded_from_fifteen": "The old number of 15 digits was changed to the 18 digits of the current card. "
    "Please check it.",
    "unknown_division": "The area code {division} is not in our list. If the number is right, just go on.",
    "foreign_document": "This is the number of a foreign permanent resident ID card, and it is treated as one.",
    # other personal documents
    "passport_format": "A passport number has 5 to 14 letters and digits, at least one digit. Copy it from "
    "the photo page.",
    "travel_permit_format": "A travel permit number is H or M and 8 digits (Hong Kong, Macao) or 8 digits (Taiwan). "
    "Two more digits for the number of issues may follow.",
    "travel_permit_issues": "The last two digits of a travel permit count its issues; {issues} is too many. Is this "
    "another document?",
    "looks_like_date": "This looks like a date ({date}), not like the number of a document. If it is a travel permit "
    "of Taiwan, add the two digits for the number of issues behind it.",
    "date_not_number": "This is a date ({date}). Enter the number of the document, as it is printed there.",
    "birth_certificate_format": "The number of a birth certificate is one letter and nine digits.",
    "birth_certificate_adult": "This looks like the number of a child's birth certificate. Enter the number of the "
    "adult's own document.",
    "no_number_needed": "A number is needed here. A child without one applies by the birth certificate (a letter and "
    "nine digits); for an adult take the ID card, permit or passport.",
    "permanent_resident_format": "The number has 18 digits beginning with 9, or 3 letters and 12 digits on an "
    "older card.",
    "disability_class": "Digit 19 is the class of disability and lies between 1 and 7. Check it on the card.",
    "disability_grade": "Digit 20 is the grade of disability and lies between 1 and 4. Check it on the card.",
    # where to look in an ID number that is refused
    "look_division": "Digits 1 to 6 name no county that ever existed.",
    "look_date": "Digits 7 to 14 give the date of birth {date}, which does not exist.",
    "look_age": "Digits 7 to 14 give the date of birth {date}. Is that right?",
    "look_age_child": "Digits 7 to 14 give the date of birth {date}. That is not the age of a child who starts school. "
    "Is this the child's own number?",
    "look_age_guardian": "Digits 7 to 14 give the date of birth {date}. That is not the age of a parent. Is this your "
    "own number, not the child's?",
    "look_swap": "Look at places {first} and {second}: perhaps they are swapped.",
    "look_digit": "Look at place {place}: perhaps this one digit is different.",
    # names
    "name_length": "A name has 1 to {limit} characters. This one has {length}.",
    "name_digit": "A name has no digits. Enter the name as it stands on the document.",
    "name_character": "The character {character} cannot be part of a name. Enter the name as it stands on the "
    "document.",
    "name_private_character": "The character {character} is not in the national character set, so others "
    "would see something "
    "else. Choose the standard character, or ask a service point to enter the name.",
    "name_dot": "The dot stands between two parts of a name, once, and not at its beginning or end.",
    "name_latin_document": "A name in Latin letters is accepted with a passport, a travel permit or a foreign "
    "permanent "
    "resident ID card. For other documents, enter the name in Chinese characters.",
    "name_mixed": "Enter the name either in Chinese characters or in Latin letters, not both.",
    # a character that cannot be typed
    "name_described": "Does “{sign}” stand for a character you cannot type? Then say below what the character looks "
    "like. If it slipped in, take it out of the name.",
    "name_in_brackets": "If a character cannot be typed, describe it in brackets in its place, for example "
    "赵(左石右羡).",
    "name_unfinished": "“{part}” is begun and not finished. Put ? in the place of the character that cannot be typed; "
    "then you can say what it looks like.",
    "name_whole": "Enter the whole name, with ? only in the place of the character that cannot be typed.",
    "name_signs": "At most {most} characters of a name can be described. Type the others as they stand on the "
    "document, or call the bureau: a person helps.",
    "name_description": "Say in a few words what the character looks like and how it is read, for example 左石右羡.",
    "name_typable": "This character can be typed: put it into the name itself. If it is not quite the same, say what "
    "is different.",
    "name_settle": "Give exactly {wanted} character or code point: one for each 〓 of the name.",
    # phones
    "phone_format": "This is not a telephone number. Enter 11 digits, or + and the country code for a number abroad.",
    "phone_not_mobile": "A text message cannot reach this number. Enter a mobile number.",
    "phone_extension": "A number with an extension cannot receive text messages. Enter a mobile number.",
    # addresses
    "address_short": "This is too short for an address. Enter the road and number, or the estate, the "
    "building and the room.",
    "address_no_place": "There is no road, estate or village in this address. Enter it as on the deed or the "
    "household register.",
    "address_no_number": "There is no house number, building or village group. Add it if the address has one.",
    # property
    "certificate_format": "Enter the number from 不动产权第 or the older certificate in full, with the year "
    "in brackets, for "
    "example 省(2023)市不动产权第0000000号.",
    "certificate_several": "Enter at most {most} certificates of this home, with 、 between them.",
    "certificate_year": "The year {year} of this certificate is in the future. Compare it with the certificate.",
    "certificate_old": "This is a certificate from before real estate was registered in one place. It is still valid.",
    "unit_length": "A property unit number has 28 characters and this one has {length}. Copy it from the certificate.",
    "unit_format": "This does not look like a property unit number: 12 digits, 2 letters, 5 digits, one of F "
    "L Q W, 8 digits.",
    "credit_character": "After its first eight characters a credit code has only digits and capital letters, without "
    "I, O, Z, S and V. Compare it with the document.",
    "contract_format": "Copy the number from the contract as it is printed there: 4 to 60 characters, with digits.",
    # dates
    "date": "Please give a date such as 2020-05-31.",
    "date_day": "Please give the day, too, for example 2020-05-31.",
    "date_order": "Which number is the month? Please write the year first, for example 2020-05-31.",
    "date_calendar": "Is this a year of the Republic (民国)? Please write 民国 before it, or a year of four digits.",
    "date_none": "There is no such day. Please compare it with the document.",
    "date_future": "This date lies in the future.",
}


def say(code: str, params: Mapping[str, str]) -> str:
    """Fill the English sentence of ``code``; ``KeyError`` for an unknown code is a programming error."""
    return MESSAGES[code].format(**params)
