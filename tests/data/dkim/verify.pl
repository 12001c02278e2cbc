# Verifies the message on standard input with Mail::DKIM; the only argument is the record that the DNS would hold.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Net::DNS;

my $record = shift @ARGV;
{
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name) = @_;
        return Net::DNS::RR->new( name => $name, type => 'TXT', txtdata => [ $record =~ /(.{1,255})/g ] );
    };
}
my $verifier = Mail::DKIM::Verifier->new();
binmode STDIN;
local $/;
$verifier->PRINT(<STDIN>);
$verifier->CLOSE;
print $verifier->result, "\n";
