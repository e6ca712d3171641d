"""What pages say about the account of the person who reads them."""

from django import template

from workspace.sign_in import needs_second_step

register = template.Library()

register.filter("needs_second_step", needs_second_step)
